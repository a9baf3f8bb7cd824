// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Reads a whole file that a person named, up to a limit.
public enum BoundedFile {
  /// The greatest text that is read whole.
  public static let textLimit = 64 << 20

  /// The bytes of a file; `-` is standard input.
  ///
  /// - Throws: `WorkbenchError.input` where there is no such file, it is a folder, it is larger than
  ///   the limit, or the system refuses.
  public static func read(_ path: String, limit: Int) throws(WorkbenchError) -> Data {
    var isFolder: ObjCBool = false
    let isInput = path == "-"
    if !isInput {
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw WorkbenchError(.input, "\(path): no such file")
      }
      guard !isFolder.boolValue else {
        throw WorkbenchError(.input, "\(path) is a folder; name a file")
      }
    }
    do {
      let handle =
        try isInput
        ? FileHandle.standardInput : FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { if !isInput { try? handle.close() } }  // It was only read: nothing can be lost.
      let data = try handle.read(upToCount: limit + 1) ?? Data()
      guard data.count <= limit else {
        throw WorkbenchError(
          .input, "\(path) is larger than \(limit >> 20) MiB; give a part of it")
      }
      return data
    } catch let error as WorkbenchError {
      throw error
    } catch {
      throw WorkbenchError(
        .input, "\(path): cannot be read; check the permissions", cause: error)
    }
  }

  /// The text of a UTF-8 file; `-` is standard input.
  ///
  /// - Throws: As ``read(_:limit:)``, and for bytes that are not UTF-8, with where they are.
  public static func text(_ path: String) throws(WorkbenchError) -> String {
    let data = try read(path, limit: textLimit)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw UTF8Check.refusal(
        of: path == "-" ? "standard input" : path,
        at: data.withUnsafeBytes { UTF8Check.firstInvalid($0) })
    }
    return text
  }
}
