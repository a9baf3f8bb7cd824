// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// llama2.c, version 0: seven numbers and the weights in Float32, without names.
///
/// The numbers are `dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len`, 32 bits
/// each; a negative `vocab_size` says that the unembedding is not the embedding. Tensors get the
/// names of the project's `model.py`; the rotary tables are `freq_cis_real` and `freq_cis_imag`.
///
/// - Source: <https://github.com/karpathy/llama2.c>, `export.py`, `legacy_export`
enum Llama2C {
  private static let headerBytes = 28
  /// "ak42", how versions 1 and 2 begin.
  private static let laterMagic: UInt32 = 0x616b_3432

  /// Whether the header's numbers account for every byte of the file, or it is a later version.
  static func recognizes(_ region: ByteRegion) -> Bool {
    if region.integer(UInt32.self, at: 0) == laterMagic { return true }
    guard let shape = Shape(region), let byteCount = shape.byteCount else { return false }
    return byteCount == region.count
  }

  /// Reads the header and cuts the weights.
  static func read(_ region: ByteRegion) throws(CheckpointError) -> WeightsFile {
    let file = region.store.file
    guard region.integer(UInt32.self, at: 0) != laterMagic else {
      throw CheckpointError(
        .unsupported,
        "is llama2.c of version \(region.integer(Int32.self, at: 4) ?? 0); export it "
          + "with --version 0", file: file)
    }
    guard let shape = Shape(region), shape.byteCount == region.count else {
      throw CheckpointError(
        .malformed,
        "has a llama2.c header that does not account for its \(region.count) bytes; "
          + "download it again", file: file)
    }
    var tensors: [String: StoredTensor] = [:]
    var position = headerBytes
    for block in shape.blocks {
      for layer in 0..<block.copies {
        let name = block.name(layer)
        guard let byteCount = Extents.byteCount(block.shape, .float32),
          let part = region.part(from: position, count: byteCount)
        else { throw CheckpointError(.malformed, "ends inside \(name.quoted)", file: file) }
        tensors[name] = StoredTensor(name: name, shape: block.shape, type: .float32, region: part)
        position += byteCount
      }
    }
    return WeightsFile(format: .llama2c, tensors: tensors, configuration: shape.configuration)
  }
}

extension Llama2C {
  /// Tensors of one kind that follow each other: one, or one for every layer.
  private struct Block {
    let path: String
    let shape: [Int]
    let copies: Int
    let isLayered: Bool

    func name(_ layer: Int) -> String { isLayered ? "layers.\(layer).\(path)" : path }
  }

  /// The seven numbers, each at least one and consistent with the others.
  private struct Shape {
    let width: Int
    let hidden: Int
    let layers: Int
    let heads: Int
    let keyValueHeads: Int
    let vocabulary: Int
    let positions: Int
    let isShared: Bool

    init?(_ region: ByteRegion) {
      var numbers: [Int] = []
      for index in 0..<7 {
        guard let number = region.integer(Int32.self, at: 4 * index) else { return nil }
        numbers.append(Int(number))
      }
      isShared = numbers[5] > 0
      numbers[5] = abs(numbers[5])
      guard numbers.allSatisfy({ $0 > 0 }) else { return nil }
      (width, hidden, layers) = (numbers[0], numbers[1], numbers[2])
      (heads, keyValueHeads) = (numbers[3], numbers[4])
      (vocabulary, positions) = (numbers[5], numbers[6])
      guard width.isMultiple(of: heads), heads.isMultiple(of: keyValueHeads),
        (width / heads).isMultiple(of: 2)
      else { return nil }
    }

    /// The tensors in the order of the file.
    var blocks: [Block] {
      let size = width / heads
      let keys = keyValueHeads * size
      func each(_ path: String, _ shape: [Int]) -> Block {
        Block(path: path, shape: shape, copies: layers, isLayered: true)
      }
      func one(_ path: String, _ shape: [Int]) -> Block {
        Block(path: path, shape: shape, copies: 1, isLayered: false)
      }
      return [
        one("tok_embeddings.weight", [vocabulary, width]),
        each("attention_norm.weight", [width]),
        each("attention.wq.weight", [width, width]),
        each("attention.wk.weight", [keys, width]),
        each("attention.wv.weight", [keys, width]),
        each("attention.wo.weight", [width, width]),
        each("ffn_norm.weight", [width]),
        each("feed_forward.w1.weight", [hidden, width]),
        each("feed_forward.w2.weight", [width, hidden]),
        each("feed_forward.w3.weight", [hidden, width]),
        one("norm.weight", [width]),
        one("freq_cis_real", [positions, size / 2]),
        one("freq_cis_imag", [positions, size / 2]),
      ] + (isShared ? [] : [one("output.weight", [vocabulary, width])])
    }

    /// The length of the whole file, or nil where it is no number.
    var byteCount: Int? {
      var total = Llama2C.headerBytes
      for block in blocks {
        guard let byteCount = Extents.byteCount([block.copies] + block.shape, .float32) else {
          return nil
        }
        let (next, overflow) = total.addingReportingOverflow(byteCount)
        guard !overflow else { return nil }
        total = next
      }
      return total
    }

    var configuration: [String: ConfigurationValue] {
      [
        "model_type": "llama2.c", "dim": .integer(width), "hidden_dim": .integer(hidden),
        "n_layers": .integer(layers), "n_heads": .integer(heads),
        "n_kv_heads": .integer(keyValueHeads), "vocab_size": .integer(vocabulary),
        "seq_len": .integer(positions), "shared_classifier": .bool(isShared),
      ]
    }
  }
}
