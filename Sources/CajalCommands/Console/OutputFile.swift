// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench
import Foundation

/// The file a command shall write, checked before hours of work end in "cannot be created".
struct OutputFile: Sendable {
  /// The path as it was given.
  let path: String

  /// Refuses what must not or cannot be replaced by a file.
  ///
  /// A finished file takes the place of what stands there, so a device, a pipe or a socket would be
  /// gone for every program of the machine.
  ///
  /// - Throws: `WorkbenchError.output` for an empty path, a folder, anything else that is no plain
  ///   file, and a folder above that is missing.
  init(_ path: String, example: String = "trace.safetensors") throws(WorkbenchError) {
    guard !path.isEmpty else {
      throw WorkbenchError(.output, "the file to write has no name; give one with --output")
    }
    let url = URL(fileURLWithPath: path)
    switch Self.kind(of: url.path) {
    case .typeRegular?: break
    case .typeDirectory?:
      let example = url.appendingPathComponent(example).relativePath
      throw WorkbenchError(.output, "\(path) is a folder; name a file, such as \(example)")
    case nil:
      let folder = url.deletingLastPathComponent()
      guard Self.kind(of: folder.path) == .typeDirectory else {
        throw WorkbenchError(
          .output, "\(path): there is no folder \(folder.relativePath); make it first")
      }
    default:
      throw WorkbenchError(
        .output, "\(path) is no plain file and would be replaced by one; choose another --output")
    }
    self.path = path
  }

  /// What stands at a path, behind links; nil where nothing does.
  private static func kind(of path: String) -> FileAttributeType? {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    // Whatever cannot be asked is nothing here: writing then says what is wrong.
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    return attributes?[.type] as? FileAttributeType
  }
}
