// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The folder of shared data, which stands beside the repository where there is one.
public enum Shared {
  /// What `CAJAL_SHARED` names, otherwise `../shared`; nothing where neither is a folder.
  public static var folder: URL? {
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["CAJAL_SHARED"].map {
      URL(fileURLWithPath: $0, isDirectory: true)
    }
    let folder =
      named ?? repository.deletingLastPathComponent().appendingPathComponent("shared")
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? folder : nil
  }
}
