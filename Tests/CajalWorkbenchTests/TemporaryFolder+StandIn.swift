// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import CajalWorkbench
import Foundation

extension TemporaryFolder {
  /// A folder with the stand-in's checkpoint in it.
  static func withStandIn() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try StandIn.write(to: folder.url)
    return folder
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }
}
