// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import CajalWorkbench
import Foundation
import Synchronization

@testable import CajalCommands

/// One call of the program inside this process: everything it wrote and how it ended.
struct Invocation: Sendable {
  let output: String
  let errors: String
  let exitCode: Int32

  /// Runs the program with these arguments.
  static func of(_ arguments: String...) -> Invocation { of(arguments) }

  /// Runs the program with these arguments, shown to a person or not.
  static func of(
    _ arguments: [String], isTerminal: Bool = false, usesColors: Bool = false
  ) -> Invocation {
    let (output, errors) = (Collected(), Collected())
    let console = Console(
      write: { output.append($0) }, writeError: { errors.append($0) }, showsProgressInPlace: false,
      width: 80, isTerminal: isTerminal, usesColors: usesColors)
    let code = Console.$current.withValue(console) { CommandLineProgram.run(arguments) }
    return Invocation(output: output.text, errors: errors.text, exitCode: code)
  }

  /// The output as JSON.
  func json() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return value as? [String: Any] ?? [:]
  }

  private final class Collected: Sendable {
    private let content = Mutex("")
    var text: String { content.withLock { $0 } }
    func append(_ text: String) { content.withLock { $0 += text } }
  }
}

extension TemporaryFolder {
  /// A folder with a small model in the folder `model`.
  static func withModel() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let model = folder.url.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    try StandIn.write(to: model)
    return folder
  }

  var model: String { path("model") }
}

/// A model of the shared data, nil where that is absent.
enum SharedModel {
  static func path(_ name: String) -> String? {
    guard let folder = Shared.folder?.appendingPathComponent("data/models/\(name)"),
      FileManager.default.fileExists(atPath: folder.path)
    else { return nil }
    return folder.path
  }
}
