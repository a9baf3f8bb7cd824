// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench
import Foundation

/// A folder of its own for one test, removed behind it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "cajal-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// A folder with the stand-in's checkpoint in it.
  static func withStandIn() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try StandIn.write(to: folder.url)
    return folder
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }
}
