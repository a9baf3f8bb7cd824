// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads small files that nobody vouches for.
enum FileBytes {
  /// What stands at a path, links followed.
  enum Kind { case missing, file, folder, other }

  /// The largest tokenizers of the field have 40 MB.
  static let sizeLimit = 512 << 20

  static func kind(of url: URL) -> Kind {
    // Why the attributes cannot be had does not matter here: reading says it.
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: url.resolvingSymlinksInPath().path)
    switch attributes?[.type] as? FileAttributeType {
    case nil: return .missing
    case .typeRegular?: return .file
    case .typeDirectory?: return .folder
    default: return .other
    }
  }

  /// The names in a folder, sorted.
  static func names(in folder: URL) throws(TextError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw TextError(.unreadable, "\(folder.path): the folder cannot be read", cause: error)
    }
  }

  /// The bytes of a regular file of reasonable size; a pipe would never end.
  static func read(_ url: URL) throws(TextError) -> [UInt8] {
    guard kind(of: url) == .file else {
      throw TextError(.unreadable, "\(url.path): not a regular file")
    }
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }  // Only read: closing cannot lose anything.
      let bytes = try handle.read(upToCount: sizeLimit + 1) ?? Data()
      guard bytes.count <= sizeLimit else {
        throw TextError(
          .malformed, "\(url.path): larger than \(sizeLimit >> 20) MB, which no tokenizer is")
      }
      return Array(bytes)
    } catch let error as TextError {
      throw error
    } catch {
      throw TextError(.unreadable, "\(url.path): the file cannot be read", cause: error)
    }
  }
}
