// SPDX-License-Identifier: Apache-2.0

/// Taking weights with the shape that the configuration promises.
extension Ledger where Value == StoredTensor {
  /// Takes a tensor of exactly this shape.
  ///
  /// - Throws: `missing`, or `mismatch` with both shapes.
  public mutating func take(
    _ name: String, shape: [Int]
  ) throws(CheckpointError) -> StoredTensor {
    try checked(take(name), shape)
  }

  /// Takes a tensor of exactly this shape, or nil where there is none of this name.
  public mutating func takeIfPresent(
    _ name: String, shape: [Int]
  ) throws(CheckpointError) -> StoredTensor? {
    guard let tensor = takeIfPresent(name) else { return nil }
    return try checked(tensor, shape)
  }

  private func checked(
    _ tensor: StoredTensor, _ shape: [Int]
  ) throws(CheckpointError) -> StoredTensor {
    guard tensor.shape == shape else {
      throw CheckpointError(
        .mismatch,
        "tensor \(tensor.name.quoted) has the shape \(tensor.shape) where the configuration means "
          + "\(shape); use weights and configuration of one model", file: tensor.file)
    }
    return tensor
  }
}
