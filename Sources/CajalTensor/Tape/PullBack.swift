// SPDX-License-Identifier: Apache-2.0

/// Pulls cotangents back from tracked values to everything they were made from.
///
/// With y = f(x) and a cotangent ȳ of y, the cotangent of x is x̄ = (∂f/∂x)ᵀ ȳ. Cotangents that reach
/// a value on several ways are added, the latest way first. Several cotangents travel at once along
/// one more leading dimension, each with the bits it would have alone.
///
/// - Source: reverse-mode differentiation, Griewank & Walther 2008, "Evaluating Derivatives".
/// - Cost: about twice the forward operations that lie between, for each cotangent.
/// - Parameters:
///   - outputs: tracked values with their cotangents, `[C] + shape` with one C for all. Values that
///     are not tracked are passed over.
///   - inputs: tracked values whose cotangents are returned, besides what `watched` values hand out.
///   - releasing: forgets the past of every value on the way, so that memory shrinks as the pull-back
///     goes on; a second pull-back through it then stops the program.
/// - Returns: the cotangents of `inputs`, nil where none arrived (it is zero).
@discardableResult
public func pullBack(
  _ outputs: [(value: Tensor, cotangent: Tensor)], to inputs: [Tensor] = [],
  releasing: Bool = false
) -> [Tensor?] {
  var waiting = Waiting()
  let count = outputs.first?.cotangent.shape.first
  for (value, cotangent) in outputs {
    precondition(
      cotangent.rank == value.rank + 1 && Array(cotangent.shape.dropFirst()) == value.shape
        && cotangent.shape.first == count,
      "cotangents \(cotangent.shape) for a value of \(value.shape), \(count ?? 0) of each")
    if let node = value.node { waiting.add(cotangent.detached, to: node) }
  }
  var found: [ObjectIdentifier: Tensor] = [:]
  let asked = Set(inputs.compactMap { $0.node.map { ObjectIdentifier($0) } })
  while let (node, cotangent) = waiting.next() {
    node.keep?(cotangent)
    if asked.contains(ObjectIdentifier(node)) { found[ObjectIdentifier(node)] = cotangent }
    let past = node.take(releasing: releasing)
    precondition(!past.isReleased, "an earlier pull-back released the past of this value")
    guard let rule = past.rule else { continue }  // a leaf
    let wanted = past.inputs.map { $0 != nil }
    let parts = rule(cotangent, wanted)
    precondition(
      parts.count == past.inputs.count,
      "a rule answers for \(parts.count) of \(past.inputs.count) inputs")
    for case (let input?, let part?) in zip(past.inputs, parts) {
      precondition(
        Array(part.shape.dropFirst()) == input.shape && part.shape.first == count,
        "a rule answers with \(part.shape) for an input of \(input.shape)")
      waiting.add(part, to: input)
    }
  }
  return inputs.map { $0.node.flatMap { found[ObjectIdentifier($0)] } }
}

/// Nodes whose cotangents have begun to arrive, the latest made first.
private struct Waiting {
  private var cotangents: [ObjectIdentifier: Tensor] = [:]
  private var heap: [Node] = []

  mutating func add(_ cotangent: Tensor, to node: Node) {
    precondition(!cotangent.isTracked, "a rule made a tracked cotangent: detach what it captures")
    let key = ObjectIdentifier(node)
    guard var sum = cotangents.removeValue(forKey: key) else {
      cotangents[key] = cotangent
      push(node)
      return
    }
    sum.add(cotangent)
    cotangents[key] = sum
  }

  /// The node made last among those waiting. Everything made from it has been pulled back already.
  mutating func next() -> (Node, Tensor)? {
    guard let node = pop() else { return nil }
    guard let cotangent = cotangents.removeValue(forKey: ObjectIdentifier(node)) else {
      preconditionFailure("a node waits without a cotangent")
    }
    return (node, cotangent)
  }

  private mutating func push(_ node: Node) {
    heap.append(node)
    var child = heap.count - 1
    while child > 0, heap[child].order > heap[(child - 1) / 2].order {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> Node? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return top }
    heap[0] = last
    var parent = 0
    while true {
      var largest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].order > heap[largest].order {
        largest = child
      }
      if largest == parent { return top }
      heap.swapAt(parent, largest)
      parent = largest
    }
  }
}
