// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalZoo
import Foundation
import Testing

/// A small checkpoint with what the reference implementation computes for it, and one way to read it.
struct ReferenceModel: Sendable, CustomTestStringConvertible {
  /// The folder of the checkpoint and of `expected.safetensors`.
  let folder: URL
  /// Which configuration file describes it.
  let configuration: String

  /// The folder's name.
  var name: String { folder.lastPathComponent }
  var testDescription: String { "\(name)/\(configuration)" }

  /// The models beside the repository whose names are given, under both configurations; none where
  /// the shared data are absent.
  static func shared(_ names: String...) -> [ReferenceModel] {
    guard let shared = Shared.folder else { return [] }
    return names.flatMap { both(shared.appending(path: "reference/models/\($0)")) }
  }

  /// The committed fixtures of one family, or of all, under both configurations.
  static func fixtures(_ family: String? = nil, except other: String? = nil) -> [ReferenceModel] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { name in family.map { name.hasPrefix($0 + "-") } ?? true }
      .filter { name in other.map { !name.hasPrefix($0 + "-") } ?? true }
      .flatMap { both(folder.appending(path: $0)) }
  }

  private static func both(_ folder: URL) -> [ReferenceModel] {
    ["config.json", "config-transformers4.json"]
      .filter { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
      .map { ReferenceModel(folder: folder, configuration: $0) }
  }

  /// The model as the program loads it.
  func load() throws -> any LanguageModel {
    let checkpoint = try Checkpoint.open(
      folder.path, configuration: folder.appending(path: configuration).path)
    return try ArchitectureCatalogue.load(checkpoint).model
  }

  /// What the reference implementation computed.
  func expected() throws -> Expected {
    try Expected(
      Checkpoint.open(folder.appending(path: "expected.safetensors").path).tensors)
  }
}

/// The contents of `expected.safetensors`.
struct Expected {
  private let tensors: [String: StoredTensor]
  /// The rows without their padding.
  let rows: [[Int]]

  init(_ tensors: [String: StoredTensor]) throws {
    self.tensors = tensors
    let tokens = try #require(tensors["tokens"])
    let width = tokens.shape.last ?? 0
    let all = try tokens.integers()
    let lengths = try tensors["lengths"]?.integers() ?? [width]
    rows = lengths.enumerated().map {
      Array(all[$0.offset * width..<$0.offset * width + $0.element])
    }
  }

  /// All rows in one batch.
  var batch: TokenBatch { get throws { try TokenBatch(rows) } }
  /// Names of what is expected.
  var names: [String] { tensors.keys.sorted() }

  /// One expected tensor as stored.
  func tensor(_ name: String) throws -> Tensor? { try tensors[name]?.tensor() }

  /// Expected whole numbers.
  func integers(_ name: String) throws -> [Int]? { try tensors[name]?.integers() }

  /// An expected [rows, positions, …] tensor without padding, packed to [N, …].
  func packed(_ name: String) throws -> Tensor? {
    guard let value = try tensor(name) else { return nil }
    let (padded, tail) = (value.shape[1], Array(value.shape.dropFirst(2)))
    let flat = value.reshaped([value.shape[0] * padded] + tail)
    let kept = rows.enumerated().flatMap { row, tokens in
      tokens.indices.map { row * padded + $0 }
    }
    return flat.gathered(rows: kept)
  }

  /// The expected attention pattern of one row, [H, T, T].
  func pattern(_ layer: Int, row: Int) throws -> Tensor? {
    guard let value = try tensor("pattern.\(layer)") else { return nil }
    let (heads, length) = (value.shape[1], rows[row].count)
    return Tensor(shape: [heads, length, length]) { out in
      for h in 0..<heads {
        for i in 0..<length {
          for j in 0..<length {
            out[(h * length + i) * length + j] =
              value[row, h, i, j]
          }
        }
      }
    }
  }
}
