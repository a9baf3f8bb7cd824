// SPDX-License-Identifier: Apache-2.0

/// `{% for target in values if test recursive %}…{% else %}…{% endfor %}`.
struct Loop: Statement {
  let target: Target
  let values: any Expression
  let test: (any Expression)?
  let body: Body
  let otherwise: Body?
  let isRecursive: Bool
  /// The name `loop` where the body uses it.
  let loopName: Int?
  let layout: Int
  let testLayout: Int
  let otherwiseLayout: Int

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let values = try scope.value(of: values)
    return try run(over: values, depth: 0, in: scope, into: &output)
  }

  private func run(
    over values: Value, depth: Int, in scope: Scope, into output: inout [Unicode.Scalar]
  ) throws(TextError) -> Flow {
    let rendering = scope.rendering
    let source = try test == nil ? values : filtered(values, in: scope)
    let state = LoopState(
      source, try rendering.iteration(over: source), depth: depth,
      recursion: isRecursive ? recursion(in: scope) : nil)
    let inner = Scope(rendering.template.layouts[layout], in: rendering, within: scope)
    defer {
      inner.close()
      state.close()
    }
    var isComplete = false
    var flow = Flow.next
    while flow != .leave, let value = try state.advance(in: rendering) {
      // Names that the target does not set begin anew in each turn.
      try target.assign(value, in: inner)
      if let loopName { inner.set(loopName, .object(state)) }
      inner.load()
      flow = try body.run(in: inner, into: &output)
      if flow == .next { isComplete = true }
    }
    // As in the reference, the other body runs unless a turn came to its end: `break` and
    // `continue` keep it from that.
    if let otherwise, !isComplete { return try runOtherwise(otherwise, in: scope, into: &output) }
    return .next
  }

  private func runOtherwise(
    _ body: Body, in scope: Scope, into output: inout [Unicode.Scalar]
  ) throws(TextError) -> Flow {
    let inner = scope.inner(otherwiseLayout)
    defer { inner.close() }
    return try body.run(in: inner, into: &output)
  }

  /// The values that pass the test, tested when the loop comes to them.
  private func filtered(_ values: Value, in scope: Scope) throws(TextError) -> Value {
    guard let test else { return values }
    let inner = scope.inner(testLayout)
    var iteration = try scope.rendering.iteration(over: values)
    let target = target
    let generator = try Generator(over: [values]) { rendering throws(TextError) in
      while let value = try iteration.next(in: rendering) {
        try target.assign(value, in: inner)
        if try inner.value(of: test).isTrue { return try target.value(in: inner) }
      }
      return nil
    }
    return .object(generator)
  }

  /// What `loop(values)` does: the body over other values, one level deeper.
  private func recursion(
    in scope: Scope
  ) -> (Value, Int) throws(TextError) -> Value {
    { values, depth throws(TextError) in
      var output: [Unicode.Scalar] = []
      _ = try run(over: values, depth: depth, in: scope, into: &output)
      return .text(output)
    }
  }
}
