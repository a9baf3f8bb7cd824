// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalTensor

/// A model's weights by the checkpoint's names, in the file's layout.
public struct Weights: Sendable {
  private let entries: [String: Weight]

  /// The weights a model was made from.
  public init(_ entries: [String: Weight]) {
    self.entries = entries
  }

  /// All names, sorted.
  public var names: [String] { entries.keys.sorted() }
  /// One tensor with its shape and stored type.
  public subscript(_ name: String) -> Weight? { entries[name] }
  /// How many numbers the model learned. A tied matrix is one.
  public var parameterCount: Int { entries.values.reduce(0) { $0 + $1.count } }
  /// Bytes the weights take in their stored types.
  public var byteCount: Int { entries.values.reduce(0) { $0 + $1.count * $1.type.byteCount } }

  /// One tensor in the file's layout, widened to Float32.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
    try entries[name]?.tensor()
  }

  /// These weights with some exchanged; all others are shared.
  ///
  /// Names and shapes must be the checkpoint's; anything else is a programming error.
  public func replacing(_ edits: [String: Tensor]) -> [String: Weight] {
    var entries = entries
    for (name, tensor) in edits {
      guard let old = entries[name] else { preconditionFailure("no weight is named \(name)") }
      precondition(old.shape == tensor.shape, "\(name) is \(old.shape), its edit \(tensor.shape)")
      entries[name] = Weight(name, tensor)
    }
    return entries
  }
}
