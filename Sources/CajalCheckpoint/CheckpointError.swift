// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a checkpoint, and what to do about it.
///
/// Every error prints as one line: the file, what is wrong, the remedy.
///
/// ```swift
/// do {
///   let checkpoint = try Checkpoint.open(path)
/// } catch let error {
///   print(error)  // model.safetensors: holds 12 bytes of a header of 96; download the file again
/// }
/// ```
public struct CheckpointError: Error, Sendable {
  /// The kind of failure. New kinds may be added without breaking callers.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String {
      case notFound, malformed, unsupported, missing, unexpected, mismatch, nonFinite, io
      case interrupted
    }
    private let kind: Kind

    /// There is no such file or folder, or the folder holds no model.
    public static let notFound = Code(kind: .notFound)
    /// The bytes do not follow their format.
    public static let malformed = Code(kind: .malformed)
    /// The bytes follow a format, or a part of one, that is not implemented.
    public static let unsupported = Code(kind: .unsupported)
    /// A key, a tensor or a file that is needed is not there.
    public static let missing = Code(kind: .missing)
    /// A key, a tensor or a file is there that nobody asked for.
    public static let unexpected = Code(kind: .unexpected)
    /// Two statements contradict each other, such as a shape and a configuration.
    public static let mismatch = Code(kind: .mismatch)
    /// A weight is infinite or not a number.
    public static let nonFinite = Code(kind: .nonFinite)
    /// The operating system refused to read or write.
    public static let io = Code(kind: .io)
    /// Whoever follows the reading ended it.
    public static let interrupted = Code(kind: .interrupted)

    /// The name of the code, such as `malformed`.
    public var description: String { kind.rawValue }
  }

  /// The kind of failure.
  public let code: Code
  /// What is wrong and what to do, without the file's name.
  public let message: String
  /// The file or folder concerned, where there is one.
  public let file: String?
  /// The error below this one, where there is one.
  public let cause: (any Error)?

  /// Creates an error; `message` says what is wrong and what to do in one line.
  public init(_ code: Code, _ message: String, file: String? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.file = file
    self.cause = cause
  }
}

extension CheckpointError: CustomStringConvertible {
  /// One line: file, what is wrong, what to do. Control characters from the file are escaped.
  public var description: String {
    // A ledger's messages begin with its subject; where that is the file it is not said twice.
    let name = file?.split(separator: "/").last.map { "\($0): " } ?? ""
    let said =
      !name.isEmpty && message.hasPrefix(name) ? String(message.dropFirst(name.count)) : message
    let line = file.map { "\($0): \(said)" } ?? said
    return line.printable(limit: 1200)
  }
}

extension String {
  /// The text on one line with control characters escaped, cut after `limit` characters.
  ///
  /// Names come from files that nobody vouches for; a terminal must not obey them.
  func printable(limit: Int) -> String {
    var result = ""
    var length = 0
    for scalar in unicodeScalars {
      guard length < limit else { return result + "…" }
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format, .privateUse, .unassigned:
        result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
      length += 1
    }
    return result
  }

  /// The text in single quotes as it may be shown in a message.
  var quoted: String { "'" + printable(limit: 120) + "'" }
}
