// SPDX-License-Identifier: Apache-2.0

/// The variables of one part of a template while it runs.
///
/// Which part has which variables is settled when the template is read (``ScopeLayout``); a name
/// that a part neither sets nor is the first to read belongs to a part around it.
final class Scope {
  let layout: ScopeLayout
  let rendering: Rendering
  let outer: Scope?
  var isKept = false
  private var values: [Value?]

  init(_ layout: ScopeLayout, in rendering: Rendering, within outer: Scope?) {
    self.layout = layout
    self.rendering = rendering
    self.outer = outer
    values = [Value?](repeating: nil, count: layout.slotCount)
  }

  /// Gives each variable the value with which the part begins.
  func load() {
    for load in layout.loads {
      switch load.source {
      case .context: values[load.slot] = rendering.resolve(load.name)
      case .outer: values[load.slot] = outer?.find(load.name)
      case .nothing: values[load.slot] = nil
      case .parameter: break
      }
    }
  }

  /// The part is left: macros that outlive it find nothing here.
  func empty() {
    for slot in values.indices { values[slot] = nil }
  }

  /// The value of a name in this part or the parts around it; nil where it has none.
  func find(_ name: Int) -> Value? {
    var scope = self
    while true {
      if let slot = scope.layout.slots[name] { return scope.values[slot] }
      guard let outer = scope.outer else { return rendering.resolve(name) }
      scope = outer
    }
  }

  func value(_ name: Int) -> Value {
    find(name) ?? .missing(rendering.template.names[name])
  }

  /// Sets a variable of this part; at the top level all parts see it that do not have their own.
  func set(_ name: Int, _ value: Value?) {
    if let slot = layout.slots[name] { values[slot] = value }
    if layout.isTop, let value { rendering.export(name, value) }
  }

  /// The value of an expression, one level deeper.
  func value(of expression: any Expression) throws(TextError) -> Value {
    try rendering.enter()
    defer { rendering.leave() }
    return try expression.evaluate(in: self)
  }
}
