// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A folder of its own for one test, removed with the last reference to it.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let url: URL

  /// A new empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("cajal-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  // A folder that is gone already is removed.
  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of something in it.
  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Whether there is something of this name in it.
  public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
