// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Where models, tokenizers and reference numbers that are too large for the repository stand.
public enum Shared {
  /// The folder named by the environment variable CAJAL_SHARED, else `shared` beside the repository;
  /// nil when there is none, and then the tests that need it are skipped by name.
  public static var folder: URL? {
    let folder: URL
    if let path = ProcessInfo.processInfo.environment["CAJAL_SHARED"], !path.isEmpty {
      folder = URL(fileURLWithPath: path, isDirectory: true)
    } else {
      folder = URL(fileURLWithPath: #filePath)  // <repository>/Tests/CajalTestSupport/Shared.swift
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
      return nil
    }
    return isFolder.boolValue ? folder : nil
  }
}
