// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import Foundation

/// A file that an intervention takes numbers from: `@FILE` or `@FILE:NAME`.
struct InterventionFile {
  private let path: String
  private let name: String?

  /// A list of interventions may be this large.
  private static let listLimit = 256 << 20

  /// Reads the word; a colon parts file and tensor unless the whole names a file.
  init(_ word: String) throws(WorkbenchError) {
    let text = String(word.dropFirst())
    guard !text.isEmpty else {
      throw WorkbenchError(
        .intervention, "'@' stands without a file; write @direction.npy or @file.safetensors:name")
    }
    let whole = FileManager.default.fileExists(atPath: text)
    if !whole, let colon = text.lastIndex(of: ":") {
      path = String(text[..<colon])
      name = String(text[text.index(after: colon)...])
    } else {
      path = text
      name = nil
    }
  }

  /// The tensor named, or the only one.
  func onlyTensor() throws -> Tensor {
    let checkpoint = try Checkpoint.open(path)
    if let name { return try named(name, checkpoint) }
    guard let only = checkpoint.tensors.first?.value, checkpoint.tensors.count == 1 else {
      throw WorkbenchError(
        .intervention,
        "\(path) holds \(checkpoint.tensors.count) tensors; name one, as in @\(path):"
          + Self.some(checkpoint))
    }
    return try Self.finite(only)
  }

  /// The tensor named, or the one named as a site, or the only one.
  func tensor(of site: Site) throws -> Tensor {
    let checkpoint = try Checkpoint.open(path)
    if let name { return try named(name, checkpoint) }
    if let own = checkpoint.tensors[site.description] { return try Self.finite(own) }
    if checkpoint.tensors.count == 1, checkpoint.format == .npy { return try onlyTensor() }
    throw WorkbenchError(
      .intervention,
      "\(path) has no tensor '\(site)'; record that site, or name a tensor, as in @\(path):"
        + Self.some(checkpoint))
  }

  private func named(_ name: String, _ checkpoint: Checkpoint) throws -> Tensor {
    guard let tensor = checkpoint.tensors[name] else {
      throw WorkbenchError(
        .intervention, "\(path) has no tensor '\(name)'; it has \(Self.some(checkpoint, 8))")
    }
    return try Self.finite(tensor)
  }

  /// Masked attention scores are minus infinity by their nature; nothing else may be without end.
  private static func finite(_ tensor: StoredTensor) throws -> Tensor {
    if !tensor.name.hasPrefix(Site.Name.attentionScores.rawValue) { try tensor.requireFinite() }
    return try tensor.tensor()
  }

  private static func some(_ checkpoint: Checkpoint, _ count: Int = 1) -> String {
    let names = checkpoint.tensors.keys.sorted()
    return names.prefix(count).joined(separator: ", ")
      + (names.count > count && count > 1 ? ", …" : "")
  }

  /// The interventions of a JSON file.
  static func list(_ path: String) throws -> [Intervention] {
    guard path.hasSuffix(".json") else {
      throw WorkbenchError(
        .intervention,
        "'@\(path)' alone must be a JSON file with a list of interventions; for a tensor write the verb "
          + "and the site before it")
    }
    let data: Data
    do {
      data = try BoundedFile.read(path, limit: listLimit)
    } catch {
      throw WorkbenchError(.intervention, error.message, cause: error)
    }
    do {
      let list = try JSONDecoder().decode([Intervention].self, from: data)
      if list.isEmpty {
        throw WorkbenchError(.intervention, "\(path) holds an empty list of interventions")
      }
      return list
    } catch let error as WorkbenchError {
      throw error
    } catch let error as ModelError {
      throw WorkbenchError(.intervention, "\(path): \(error.message)", cause: error)
    } catch {
      throw WorkbenchError(
        .intervention,
        "\(path): not a list of interventions as JSON\(place(of: error))", cause: error)
    }
  }

  private static func place(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "" }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map { key in
        key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
      }.joined()
      return ": \(context.debugDescription)" + (path.isEmpty ? "" : " at \(path)")
    @unknown default: return ""
    }
  }
}
