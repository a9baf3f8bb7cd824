// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalTensor

/// A product with a weight: y = x Wᵀ + b. Every product with a model's weights is one of these.
///
///     yₙₒ = Σₖ xₙₖ Wₒₖ + bₒ
///
/// It may be some output rows of a stored matrix, so that a fused query-key-value matrix serves as
/// three. One multiply-add chain over k makes every row's bits independent of the other rows.
public struct Linear: Sendable {
  /// The stored matrix, by the checkpoint's name.
  public let weight: Weight
  /// The output rows of the stored matrix that this product uses.
  public let rows: [Range<Int>]
  /// The stored bias, if there is one.
  public let biasWeight: Weight?
  private let layout: MatrixLayout
  private let matrix: PackedMatrix
  private let bias: Parameter?

  /// The product with all of a matrix, or with the given output rows of it and of its bias.
  public init(
    _ weight: Weight, rows: [Range<Int>]? = nil, layout: MatrixLayout = .outputsFirst,
    bias: Weight? = nil
  ) throws(CheckpointError) {
    self.weight = weight
    self.rows = rows ?? [0..<layout.sizes(weight.shape).outputs]
    self.layout = layout
    matrix = try weight.packed(self.rows, layout)
    biasWeight = bias
    if let bias { self.bias = try Parameter(bias, self.rows) } else { self.bias = nil }
  }

  /// How many outputs.
  public var outputs: Int { matrix.outputs }
  /// How many inputs.
  public var inputs: Int { matrix.inner }

  /// [N, inputs] to [N, outputs].
  public func callAsFunction(_ x: Tensor, _ run: Run) -> Tensor {
    guard let gradients = run.options.weightGradients else {
      return matrix.product(x, bias: bias?.values)
    }
    return matrix.product(x, bias: bias?(run)) { [weight, rows, layout] x, cotangent in
      gradients.add(x: x, cotangent: cotangent, to: weight, rows: rows, layout: layout)
    }
  }

  /// The matrix [outputs, inputs], widened.
  public var matrixValues: Tensor { matrix.unpacked() }
  /// The bias [outputs], if there is one.
  public var biasValues: Tensor? { bias?.values }
}

/// Rows looked up by token or position: [rows, D].
public struct Embedding: Sendable {
  /// The stored matrix, by the checkpoint's name.
  public let weight: Weight
  private let matrix: PackedMatrix

  /// Lookup in a stored matrix [rows, D].
  public init(_ weight: Weight) throws(CheckpointError) {
    self.weight = weight
    matrix = try weight.packed([0..<weight.shape[0]], .outputsFirst)
  }

  /// The rows of the given indices, [N, D].
  public func callAsFunction(_ indices: [Int32], _ run: Run) -> Tensor {
    guard let gradients = run.options.weightGradients else { return matrix.gathered(indices) }
    return matrix.gathered(indices) { [weight] cotangent in
      gradients.add(cotangent, ids: indices, to: weight)
    }
  }
}
