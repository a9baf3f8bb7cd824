// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalTensor

extension Ledger where Value == Weight {
  /// Takes a tensor of an expected shape.
  ///
  /// - Throws: `CheckpointError` when it is missing or has another shape.
  public mutating func take(_ name: String, _ shape: [Int]) throws(CheckpointError) -> Weight {
    let weight = try take(name)
    guard weight.shape == shape else {
      throw CheckpointError(
        .mismatch,
        "tensor '\(name)' has shape \(weight.shape), the configuration asks for \(shape)",
        file: file)
    }
    return weight
  }

  /// Takes a vector: a bias, a gain.
  public mutating func vector(_ name: String, _ count: Int) throws(CheckpointError) -> Tensor {
    try take(name, [count]).vector()
  }

  /// Takes a whole linear layer, its bias too where `biased`: `<name>.weight`, `<name>.bias`.
  public mutating func linear(
    _ name: String, outputs: Int, inputs: Int, biased: Bool = false,
    layout: MatrixLayout = .outputsFirst
  ) throws(CheckpointError) -> Linear {
    let shape = layout == .outputsFirst ? [outputs, inputs] : [inputs, outputs]
    let weight = try take(name + ".weight", shape)
    let bias = biased ? try take(name + ".bias", [outputs]) : nil
    return try Linear(weight, layout: layout, bias: bias)
  }

  /// Takes an embedding matrix [rows, width].
  public mutating func embedding(
    _ name: String, rows: Int, width: Int
  ) throws(CheckpointError) -> Embedding {
    try Embedding(take(name, [rows, width]))
  }

  /// Takes the unembedding: the matrix `name` [V, D], or the embedding where the two are tied.
  ///
  /// A tied checkpoint may carry a copy; it is excused when it equals the embedding and refused when
  /// it does not, because then one of the two would be ignored.
  public mutating func unembedding(
    _ name: String, tiedTo embedding: Embedding?, rows: Int, width: Int, biased: Bool = false
  ) throws(CheckpointError) -> Linear {
    let bias = biased ? try take(name + ".bias", [rows]) : nil
    guard let embedding else { return try Linear(take(name + ".weight", [rows, width]), bias: bias) }
    if has(name + ".weight") {
      let copy = try take(name + ".weight", [rows, width])
      guard try copy.tensor().isBitEqual(to: embedding.weight.tensor()) else {
        throw CheckpointError(
          .unexpected,
          "tensor '\(name).weight' differs from the embedding although tie_word_embeddings is set; "
            + "set it to false if the unembedding is its own matrix",
          file: file)
      }
    }
    return try Linear(embedding.weight, bias: bias)
  }
}
