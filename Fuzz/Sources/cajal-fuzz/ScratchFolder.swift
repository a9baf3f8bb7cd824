// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation

/// A folder for files of formats that are only read from disk: in memory where the system has such a
/// place.
struct ScratchFolder: Sendable {
  private let folder: URL

  init() throws {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let root =
      FileManager.default.isWritableFile(atPath: memory.path)
      ? memory : FileManager.default.temporaryDirectory
    folder = root.appendingPathComponent("cajal-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Writes a file over what was there before.
  func write(_ bytes: [UInt8], to name: String) -> URL {
    let url = folder.appendingPathComponent(name)
    guard let file = fopen(url.path, "wb") else { FuzzOptions.refuse("cannot write \(url.path)") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      FuzzOptions.refuse("cannot write \(url.path)")
    }
    return url
  }
}

extension FuzzTarget {
  /// A target for a format that is read from files of certain names; what it gives must behave as a
  /// tokenizer.
  static func files(
    _ name: String,
    _ open: @escaping @Sendable (ScratchFolder, [UInt8]) throws -> (any Tokenizer)?
  ) -> FuzzTarget {
    FuzzTarget(
      name,
      preparing: { _ in
        let folder = try ScratchFolder()
        return { input in
          // Refusing is right; only crashes and broken properties are looked for.
          if let tokenizer = try? open(folder, input) {
            TokenizerProperties(tokenizer).holdForSamples()
          }
        }
      })
  }
}
