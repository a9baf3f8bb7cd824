// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalTensor

/// A vector that a model learned (a gain, a bias) as its blocks use it, and where its numbers lie in
/// the checkpoint.
public struct Parameter: Sendable {
  /// The numbers.
  public let values: Tensor
  /// The tensors they come from, in order, and which elements of each; empty for constants.
  let sources: [Source]

  /// Elements of one tensor of a checkpoint.
  struct Source: Sendable {
    let weight: Weight
    let ranges: [Range<Int>]
  }

  /// Numbers that no checkpoint holds.
  public init(constant values: Tensor) {
    self.values = values
    sources = []
  }

  /// The given elements of a tensor, by default all of them, plus a constant.
  public init(
    _ weight: Weight, _ ranges: [Range<Int>]? = nil, plus constant: Float = 0
  ) throws(CheckpointError) {
    let whole = try weight.vector().array
    let ranges = ranges ?? [0..<whole.count]
    let picked = ranges.flatMap { range in range.map { whole[$0] + constant } }
    values = Tensor(picked, shape: [picked.count])
    sources = [Source(weight: weight, ranges: ranges)]
  }

  /// Several vectors end to end.
  public init(joining parts: [Parameter]) {
    values = Tensor.concatenatedRows(parts.map(\.values))
    sources = parts.flatMap(\.sources)
  }

  /// The numbers in a run: watched where the run asks for the gradients of weights.
  public func callAsFunction(_ run: Run) -> Tensor {
    guard let gradients = run.options.weightGradients, !sources.isEmpty else { return values }
    return values.watched { [sources] in gradients.add($0, to: sources) }
  }
}
