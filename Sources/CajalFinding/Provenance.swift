// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a finding is a function of, so that it can be run again and give the same numbers.
public struct Provenance: Codable, Sendable, Equatable {
  /// Something the run read beside the checkpoint: a text, a file, a data set.
  public struct Input: Codable, Sendable, Equatable {
    /// How people call it: a file name, "command line", a data set and split.
    public var name: String
    /// Its SHA-256 in hexadecimal, where it has one.
    public var digest: String?
    /// The content itself, where it is short enough to keep.
    public var content: String?

    /// Creates an input from a name and what identifies it.
    public init(name: String, digest: String? = nil, content: String? = nil) {
      self.name = name
      self.digest = digest
      self.content = content
    }
  }

  /// The digest of the checkpoint's weights and configuration, such as `sha256:…`.
  public var checkpointDigest: String
  /// The digest of the dictionary, where one was used.
  public var dictionaryDigest: String?
  /// Every option of the method as it was used, defaults included: a JSON object.
  public var options: JSONValue
  /// The seed of every random draw.
  public var seed: UInt64
  /// The version of the program.
  public var version: String
  /// What was read beside the checkpoint.
  public var inputs: [Input]
  /// When the run ended: ISO 8601 in UTC, `2026-01-31T12:00:00Z`; nil where runs shall be equal
  /// to the byte.
  public var date: String?

  /// Creates a record; `date` is kept to the second, in UTC.
  public init(
    checkpointDigest: String, dictionaryDigest: String? = nil, options: JSONValue = .object([:]),
    seed: UInt64 = 0, version: String, inputs: [Input] = []
  ) {
    self.checkpointDigest = checkpointDigest
    self.dictionaryDigest = dictionaryDigest
    self.options = options
    self.seed = seed
    self.version = version
    self.inputs = inputs
  }

  /// The same record with the moment the run ended.
  public func dated(_ moment: Date) -> Provenance {
    var copy = self
    copy.date = moment.formatted(.iso8601)
    return copy
  }
}
