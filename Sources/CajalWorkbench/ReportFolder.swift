// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The folder a report goes to, checked before hours of work end in "permission denied".
public struct ReportFolder: Sendable {
  /// The folder; it exists and files can be made in it.
  public let url: URL

  /// Makes the folder where it is missing and tries to write into it.
  ///
  /// - Throws: `WorkbenchError.output` where the path is a file, or the system refuses.
  public init(_ path: String) throws(WorkbenchError) {
    guard !path.isEmpty else {
      throw WorkbenchError(.output, "the folder for the report has no name; give one with --output")
    }
    url = URL(fileURLWithPath: path, isDirectory: true)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw WorkbenchError(
        .output, "\(path) is a file and the report needs a folder; choose another with --output")
    }
    let trial = url.appendingPathComponent(".cajal-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try Data().write(to: trial)
      try FileManager.default.removeItem(at: trial)
    } catch {
      throw WorkbenchError(
        .output, "\(path) cannot be written to; choose another folder with --output", cause: error)
    }
  }
}
