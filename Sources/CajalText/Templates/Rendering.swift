// SPDX-License-Identifier: Apache-2.0

/// One run of a template: its variables, its clock and what it has used up.
final class Rendering {
  let template: ParsedTemplate
  let limits: TemplateLimits
  let clock: @Sendable () -> TemplateMoment
  private var stepsLeft: Int
  private var scalarsLeft: Int
  private var depth = 0
  /// What the caller and the global names give to each name of the template.
  private var given: [Value?]
  /// What the template set at its top level.
  private var exported: [Value?]
  /// Namespaces and scopes of macros may hold each other; they are emptied at the end.
  private var namespaces: [Namespace] = []
  private var scopes: [Scope] = []

  init(
    _ template: ParsedTemplate, _ variables: [Text: Value], _ limits: TemplateLimits,
    _ clock: @escaping @Sendable () -> TemplateMoment
  ) {
    self.template = template
    self.limits = limits
    self.clock = clock
    stepsLeft = limits.steps
    scalarsLeft = limits.scalars
    given = template.names.map { variables[$0] ?? GlobalFunction.named($0).map(Value.object) }
    exported = [Value?](repeating: nil, count: template.names.count)
  }

  /// The text that the template makes.
  func run() throws(TextError) -> [Unicode.Scalar] {
    defer {
      for namespace in namespaces { namespace.empty() }
      for scope in scopes { scope.empty() }
    }
    let scope = Scope(template.layouts[0], in: self, within: nil)
    scope.load()
    keep(scope)
    var output: [Unicode.Scalar] = []
    _ = try template.body.run(in: scope, into: &output)
    return output
  }

  func keep(_ namespace: Namespace) { namespaces.append(namespace) }

  /// Keeps a scope that a macro can see until the end.
  func keep(_ scope: Scope) {
    guard !scope.isKept else { return }
    scope.isKept = true
    scopes.append(scope)
  }
}

// MARK: - Variables
extension Rendering {
  func resolve(_ name: Int) -> Value? { exported[name] ?? given[name] }

  func export(_ name: Int, _ value: Value) { exported[name] = value }
}

// MARK: - Limits
extension Rendering {
  /// Steps into an expression, a statement or a call.
  func enter() throws(TextError) {
    guard depth < limits.depth else {
      throw TextError(
        .exhausted, "the chat template nests or calls itself deeper than \(limits.depth) levels")
    }
    depth += 1
    try spend(steps: 1)
  }

  func leave() { depth -= 1 }

  func spend(steps: Int) throws(TextError) {
    guard steps <= stepsLeft else {
      throw TextError(.exhausted, "the chat template takes more than \(limits.steps) steps")
    }
    stepsLeft -= steps
  }

  func spend(scalars: Int) throws(TextError) {
    guard scalars <= scalarsLeft else {
      throw TextError(
        .exhausted, "the chat template makes more text than \(limits.scalars) scalars")
    }
    scalarsLeft -= scalars
  }

  /// Pays for comparing two values before it is done.
  func spend(comparing left: Value, _ right: Value) throws(TextError) {
    try spend(steps: min(left.weight, right.weight))
  }

  func areEqual(_ left: Value, _ right: Value) throws(TextError) -> Bool {
    try spend(comparing: left, right)
    return Comparison.areEqual(left, right)
  }
}

// MARK: - Iterating
extension Rendering {
  /// The elements of a value from the first on.
  func iteration(over value: Value) throws(TextError) -> Iteration {
    switch value {
    case .undefined: return .items([], next: 0)
    case .text(let text): return .scalars(text, next: 0)
    case .list(let elements), .tuple(let elements): return .items(elements.items, next: 0)
    case .mapping(let mapping): return .items(mapping.keys, next: 0)
    case .object(let object):
      if let iteration = object.iteration() { return iteration }
    default: break
    }
    throw .failure(.type, "'\(value.typeName)' object is not iterable")
  }

  func items(of value: Value) throws(TextError) -> [Value] {
    var iteration = try iteration(over: value)
    return try iteration.rest(in: self)
  }

  /// What `len` gives.
  func length(of value: Value) throws(TextError) -> Int {
    switch value {
    case .undefined: return 0
    case .text(let text): return text.count
    case .list(let elements), .tuple(let elements): return elements.items.count
    case .mapping(let mapping): return mapping.count
    case .object(let loop as LoopState): return try loop.length(in: self)
    case .object(let object):
      if let count = object.count { return count }
    default: break
    }
    throw .failure(.type, "object of type '\(value.typeName)' has no len()")
  }
}
