// SPDX-License-Identifier: Apache-2.0

/// Tracked values: what a pull-back can reach.
///
/// A tensor is plain unless it was made from a tracked one. Plain operations cost nothing extra.
extension Tensor {
  /// Whether cotangents flow through this value.
  public var isTracked: Bool { node != nil }

  /// The same value without its past: a stop-gradient.
  public var detached: Tensor { with(node: nil) }

  /// The same value as a leaf, from which tracking begins.
  public func tracked() -> Tensor {
    with(node: Node(shape: shape, inputs: []))
  }

  /// The same value, whose cotangent `[C] + shape` is handed to `keep` in every pull-back that
  /// reaches it, and flows on. Tracking begins here where it had not begun.
  public func watched(_ keep: @escaping @Sendable (Tensor) -> Void) -> Tensor {
    with(node: Node(shape: shape, inputs: [node], keep: keep) { cotangent, _ in [cotangent] })
  }

  /// The same value, at which cotangents are added up before they join those of other uses: with it
  /// a place where something may be watched sums in the same order when nothing is.
  package var joined: Tensor { derived(from: [self]) { cotangent, _ in [cotangent] } }

  /// For operations: this result with its past, plain when no input is tracked.
  ///
  /// - Parameters:
  ///   - inputs: what it was computed from, in the order in which the rule answers.
  ///   - always: makes a node even when no input is tracked, for a rule that leaves the gradients of
  ///     weights somewhere.
  ///   - rule: the vector-Jacobian product. It holds detached tensors only.
  package func derived(
    from inputs: [Tensor?], always: Bool = false,
    _ rule:
      @escaping @Sendable (_ cotangent: Tensor, _ wanted: [Bool]) -> [Tensor?]
  ) -> Tensor {
    guard always || inputs.contains(where: { $0?.isTracked ?? false }) else { return self }
    return with(node: Node(shape: shape, inputs: inputs.map { $0?.node }, rule: rule))
  }
}
