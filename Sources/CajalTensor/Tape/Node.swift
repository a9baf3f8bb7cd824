// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How one tracked value came about: what it was made from, and how its cotangent becomes theirs.
///
/// The graph lives by reference from the values that were made last; there is no global tape. Rules
/// hold detached tensors only, so that a node's past hangs on `inputs` alone.
final class Node: Sendable {
  /// The cotangents of the inputs, `[C] + shape` each, from the value's own.
  ///
  /// `wanted` says which inputs are tracked; nil means none wanted, or zero.
  typealias Rule = @Sendable (_ cotangent: Tensor, _ wanted: [Bool]) -> [Tensor?]

  /// A node is made after its inputs, so descending orders are a topological order.
  let order: UInt64
  /// The shape of the value.
  let shape: [Int]
  /// Called with the value's whole cotangent before it flows on.
  let keep: (@Sendable (Tensor) -> Void)?
  private let past: Mutex<Past>

  /// What a pull-back needs; nothing once it was released.
  struct Past {
    var inputs: [Node?]
    var rule: Rule?
    var isReleased = false
  }

  private static let orders = Atomic<UInt64>(0)

  init(
    shape: [Int], inputs: [Node?], keep: (@Sendable (Tensor) -> Void)? = nil, rule: Rule? = nil
  ) {
    order = Node.orders.add(1, ordering: .relaxed).newValue
    self.shape = shape
    self.keep = keep
    past = Mutex(Past(inputs: inputs, rule: rule))
  }

  /// The inputs and the rule; afterwards forgotten when `releasing`.
  func take(releasing: Bool) -> Past {
    past.withLock { past in
      defer { if releasing { past = Past(inputs: [], rule: nil, isReleased: true) } }
      return past
    }
  }

  deinit {
    // A chain of thousands of nodes must not be released by recursion.
    var waiting = take(releasing: true).inputs
    while !waiting.isEmpty {
      // In place, because a copy would be a second reference.
      let isLast = isKnownUniquelyReferenced(&waiting[waiting.count - 1])
      let inputs = isLast ? waiting[waiting.count - 1]?.take(releasing: true).inputs : nil
      waiting.removeLast()
      waiting += inputs ?? []
    }
  }
}
