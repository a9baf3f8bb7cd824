// SPDX-License-Identifier: Apache-2.0

// Statements with a body that has variables of its own.

/// `{% with name = value %}`.
struct WithBlock: Statement {
  let targets: [Target]
  let values: [any Expression]
  let body: Body
  let layout: Int

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let inner = scope.inner(layout)
    defer { inner.close() }
    for (target, value) in zip(targets, values) {
      try target.assign(try scope.value(of: value), in: inner)
    }
    return try body.run(in: inner, into: &output)
  }
}

/// `{% filter name %}`: what the body makes goes through filters.
struct FilterBlock: Statement {
  let filters: [FilterUse]
  let body: Body
  let layout: Int

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let (value, flow) = try body.captured(in: scope, layout, through: filters)
    guard let value else { return flow }
    let text = try scope.rendering.text(of: value)
    try scope.rendering.spend(scalars: text.count)
    output += text.scalars
    return .next
  }
}

/// `{% set target %}…{% endset %}`: a variable with what the body makes.
struct CapturedAssignment: Statement {
  let target: Target
  let filters: [FilterUse]
  let body: Body
  let layout: Int

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let (value, flow) = try body.captured(in: scope, layout, through: filters)
    guard let value else { return flow }
    try target.checkNamespaces(in: scope)
    try target.assign(value, in: scope)
    return .next
  }
}

extension Body {
  /// What the body makes in a scope of its own, behind some filters; nothing where it left a loop.
  fileprivate func captured(
    in scope: Scope, _ layout: Int, through filters: [FilterUse]
  ) throws(TextError) -> (value: Value?, flow: Flow) {
    let inner = scope.inner(layout)
    defer { inner.close() }
    var captured: [Unicode.Scalar] = []
    let flow = try run(in: inner, into: &captured)
    guard flow == .next else { return (nil, flow) }
    var value = Value.text(captured)
    for filter in filters { value = try filter.apply(to: value, in: inner) }
    return (value, flow)
  }
}

extension Scope {
  /// The scope of a part within, with the values it begins with.
  func inner(_ layout: Int) -> Scope {
    let scope = Scope(rendering.template.layouts[layout], in: rendering, within: self)
    scope.load()
    return scope
  }

  /// The part is left; nothing sees its variables any more.
  func close() { if isKept { empty() } }
}
