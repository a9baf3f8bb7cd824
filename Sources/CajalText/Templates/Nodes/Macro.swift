// SPDX-License-Identifier: Apache-2.0

/// What a macro takes and does; call blocks and `generation` blocks are macros without a name.
struct MacroDefinition: Sendable {
  struct Parameter: Sendable {
    let name: Int
    let text: Text
    let fallback: (any Expression)?
  }

  let name: Text?
  let parameters: [Parameter]
  let body: Body
  let layout: Int
  /// The names `caller`, `kwargs` and `varargs` where the body uses them as the macro's own.
  let caller: Int?
  let members: Int?
  let rest: Int?

  func macro(in scope: Scope) -> Macro {
    var outer: Scope? = scope
    while let current = outer {
      scope.rendering.keep(current)
      outer = current.outer
    }
    return Macro(self, scope)
  }
}

/// `{% macro name(parameters) %}`.
struct MacroStatement: Statement {
  let name: Int
  let definition: MacroDefinition

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    scope.set(name, .object(definition.macro(in: scope)))
    return .next
  }
}

/// `{% call(parameters) function(arguments) %}`: a call whose function gets the body as `caller`.
struct CallBlock: Statement {
  let function: any Expression
  let arguments: CallArguments
  let definition: MacroDefinition

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let rendering = scope.rendering
    let caller = definition.macro(in: scope)
    let function = try scope.value(of: function)
    var values = try arguments.values(in: scope)
    values.named.append(("caller", .object(caller)))
    let text = try rendering.text(of: try rendering.call(function, values))
    try rendering.spend(scalars: text.count)
    output += text.scalars
    return .next
  }
}

/// `{% generation %}`: what the assistant says. It renders as its body, with its own variables.
struct GenerationBlock: Statement {
  let definition: MacroDefinition

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let text = try Macro(definition, scope).call(Arguments(), in: scope.rendering)
    output += try scope.rendering.text(of: text).scalars
    return .next
  }
}

/// A macro with the variables around its definition.
final class Macro: Object {
  private let definition: MacroDefinition
  private let scope: Scope

  init(_ definition: MacroDefinition, _ scope: Scope) {
    self.definition = definition
    self.scope = scope
  }

  private var name: String { definition.name.map(Printer.representation) ?? "None" }

  override func call(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    try rendering.enter()
    defer { rendering.leave() }
    let inner = Scope(rendering.template.layouts[definition.layout], in: rendering, within: scope)
    let given = try take(arguments, into: inner)
    inner.load()
    for (parameter, value) in zip(definition.parameters, given) where value == nil {
      inner.set(parameter.name, try fallback(of: parameter, in: inner))
    }
    var output: [Unicode.Scalar] = []
    _ = try definition.body.run(in: inner, into: &output)
    return .text(output)
  }

  private func fallback(
    of parameter: MacroDefinition.Parameter, in scope: Scope
  ) throws(TextError) -> Value {
    if let fallback = parameter.fallback { return try scope.value(of: fallback) }
    return .hint("parameter \(Printer.representation(parameter.text)) was not provided")
  }

  /// Hands the arguments to the parameters; returns what each parameter was given.
  private func take(_ arguments: Arguments, into inner: Scope) throws(TextError) -> [Value?] {
    let count = definition.parameters.count
    var given: [Value?] = Array(arguments.positional.prefix(count))
    var named = arguments.named
    func takeNamed(_ name: Text) -> Value? {
      guard let place = named.firstIndex(where: { $0.name == name }) else { return nil }
      return named.remove(at: place).value
    }
    for parameter in definition.parameters.dropFirst(given.count) {
      given.append(takeNamed(parameter.text))
    }
    for (parameter, value) in zip(definition.parameters, given) {
      inner.set(parameter.name, value)
    }
    if let caller = definition.caller {
      let value = takeNamed("caller").flatMap { $0.isNone ? nil : $0 }
      inner.set(caller, value ?? .hint("No caller defined"))
    }
    if let members = definition.members {
      inner.set(members, .mapping(try Mapping(named.map { (.text($0.name), $0.value) })))
    } else if let name = named.first?.name {
      throw unexpected(named.contains { $0.name == "caller" } ? "caller" : name)
    }
    let surplus = arguments.positional.dropFirst(count)
    if let rest = definition.rest {
      inner.set(rest, try .tuple(Array(surplus)))
    } else if !surplus.isEmpty {
      throw .failure(.type, "macro \(name) takes not more than \(count) argument(s)")
    }
    return given
  }

  private func unexpected(_ argument: Text) -> TextError {
    argument == "caller"
      ? .failure(
        .type,
        "macro \(name) was invoked with two values for the special caller argument."
          + " This is most likely a bug.")
      : .failure(
        .type, "macro \(name) takes no keyword argument \(Printer.representation(argument))")
  }

  override var typeName: String { "Macro" }
  override var qualifiedName: String { "jinja2.runtime.Macro" }
  override var isCallable: Bool { true }

  override func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? {
    switch name.string {
    case "name": return definition.name.map { .text($0) } ?? Value.none
    case "arguments": return try .tuple(definition.parameters.map { .text($0.text) })
    case "catch_kwargs": return .boolean(definition.members != nil)
    case "catch_varargs": return .boolean(definition.rest != nil)
    case "caller": return .boolean(definition.caller != nil)
    case "explicit_caller":
      return .boolean(definition.parameters.contains { $0.text == "caller" })
    default: return nil
    }
  }

  override func write(to printer: inout Printer) throws(TextError) {
    try printer.write(definition.name == nil ? "<Macro anonymous>" : "<Macro \(name)>")
  }
}
