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
        "tensor '\(weight.name)' has shape \(weight.shape), the configuration asks for \(shape)",
        file: file)
    }
    return weight
  }

  /// Takes a vector (a bias, a gain) and adds a constant to it.
  public mutating func parameter(
    _ name: String, _ count: Int, plus constant: Float = 0
  ) throws(CheckpointError) -> Parameter {
    try Parameter(take(name, [count]), plus: constant)
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

  /// Takes the unembedding: the matrix `<name>.weight` [V, D], or the embedding where the two are tied.
  public mutating func unembedding(
    _ name: String, tiedTo embedding: Embedding?, rows: Int, width: Int, biased: Bool = false
  ) throws(CheckpointError) -> Linear {
    let bias = biased ? try take(name + ".bias", [rows]) : nil
    if let embedding { return try Linear(embedding.weight, bias: bias) }
    return try Linear(take(name + ".weight", [rows, width]), bias: bias)
  }
}
