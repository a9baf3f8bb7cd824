// SPDX-License-Identifier: Apache-2.0

/// The functions that every template can call.
///
/// - Source: `defaults.py` of Jinja 3.1; `chat_template_utils.py` of transformers 5.
final class GlobalFunction: Object {
  enum Kind: String {
    case range, dict, namespace, joiner, cycler, lipsum
    case refuse = "raise_exception"
    case formatNow = "strftime_now"
  }

  let kind: Kind

  private init(_ kind: Kind) { self.kind = kind }

  static func named(_ name: Text) -> GlobalFunction? {
    Kind(rawValue: name.string).map(GlobalFunction.init)
  }

  override var typeName: String {
    switch kind {
    case .dict: "TemplateDict"
    case .namespace, .joiner, .cycler: "type"
    default: "function"
    }
  }

  override var isCallable: Bool { true }
  override func equals(_ other: Object) -> Bool { (other as? GlobalFunction)?.kind == kind }
  override var hash: Int { kind.hashValue }

  override func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? {
    kind == .dict && name == "fromkeys" ? .object(Method(.object(self), "fromkeys")) : nil
  }

  func makeFromKeys(_ call: MethodCall) throws(TextError) -> Value {
    try MappingMethods.fromKeys(call)
  }

  override func call(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    switch kind {
    case .range: return .object(try range(arguments))
    case .dict: return .mapping(try Mapping(try members(arguments, rendering)))
    case .namespace:
      let namespace = Namespace()
      rendering.keep(namespace)
      for member in try members(arguments, rendering) {
        guard case .text(let name) = member.key else {
          throw .unsupported("a namespace with a name that is not a text")
        }
        try namespace.set(name, member.value)
      }
      return .object(namespace)
    case .joiner:
      let value = try arguments.bound(to: ["sep"], required: 0, function: "Joiner.__init__")[0]
      return .object(try Joiner(value ?? .text(", ")))
    case .cycler: return .object(try Cycler(arguments))
    case .lipsum: throw .unsupported("the function “lipsum”")
    case .refuse: throw try refusal(arguments, rendering)
    case .formatNow: return try now(arguments, rendering)
    }
  }

  private func range(_ arguments: Arguments) throws(TextError) -> NumberRange {
    guard arguments.named.isEmpty else {
      throw .failure(.type, "safe_range() got an unexpected keyword argument")
    }
    let count = arguments.positional.count
    guard count > 0 else {
      throw .failure(.type, "range expected at least 1 argument, got 0")
    }
    guard count <= 3 else {
      throw .failure(.type, "range expected at most 3 arguments, got \(count)")
    }
    var numbers: [Int] = []
    for value in arguments.positional {
      guard let number = value.index else {
        throw .failure(
          .type, "'\(value.typeName)' object cannot be interpreted as an integer")
      }
      numbers.append(number)
    }
    return try NumberRange(
      start: count > 1 ? numbers[0] : 0, stop: count > 1 ? numbers[1] : numbers[0],
      step: count > 2 ? numbers[2] : 1)
  }

  /// What `dict(…)` makes: the members of a mapping or of pairs, then the named arguments.
  private func members(
    _ arguments: Arguments, _ rendering: Rendering
  ) throws(TextError) -> [(key: Value, value: Value)] {
    guard arguments.positional.count <= 1 else {
      throw .failure(
        .type, "dict expected at most 1 argument, got \(arguments.positional.count)")
    }
    var members: [(key: Value, value: Value)] = []
    switch arguments.positional.first {
    case nil: break
    case .mapping(let mapping)?:
      try rendering.spend(steps: mapping.count)
      members = mapping.members
    case .undefined(let undefined)?: throw undefined.error
    case let value?:
      for (place, item) in try rendering.items(of: value).enumerated() {
        members.append(try pair(item, place, rendering))
      }
    }
    return members + arguments.named.map { (.text($0.name), $0.value) }
  }

  private func pair(
    _ item: Value, _ place: Int, _ rendering: Rendering
  ) throws(TextError) -> (key: Value, value: Value) {
    guard let iteration = try? rendering.iteration(over: item) else {  // the reason is ours
      throw .failure(
        .type,
        "cannot convert dictionary update sequence element #\(place) to a sequence")
    }
    let parts = try iteration.collected(in: rendering)
    guard parts.count == 2 else {
      throw .failure(
        .value,
        "dictionary update sequence element #\(place) has length \(parts.count); 2 is required")
    }
    return (parts[0], parts[1])
  }

  /// The error that the template wants, with its own words.
  private func refusal(
    _ arguments: Arguments, _ rendering: Rendering
  ) throws(TextError) -> TextError {
    let value = try arguments.bound(
      to: ["message"], required: 1,
      function: "_cached_compile_jinja_template.<locals>.raise_exception")[0]
    let message = try rendering.text(of: value ?? .none).string
    return TextError(
      .refused, message,
      cause: TemplateFailure(
        kind: TemplateFailure.Kind.template.rawValue, reason: message, line: nil))
  }

  private func now(_ arguments: Arguments, _ rendering: Rendering) throws(TextError) -> Value {
    let value =
      try arguments.bound(
        to: ["format"], required: 1,
        function: "_cached_compile_jinja_template.<locals>.strftime_now")[0] ?? .none
    guard case .text(let format) = value else {
      throw .failure(
        .type, "strftime() argument 1 must be str, not \(value.typeName)")
    }
    let text = try TimeFormat.filled(format, with: rendering.clock(), in: rendering)
    return .text(text)
  }
}

/// What `joiner()` makes: nothing at the first call, the separator at all others.
final class Joiner: Object {
  private let separator: Value
  private let nesting: Int
  private var isUsed = false

  init(_ separator: Value) throws(TextError) {
    self.separator = separator
    nesting = try Nesting.around([separator]).depth
  }

  override var typeName: String { "Joiner" }
  override var qualifiedName: String { "jinja2.utils.Joiner" }
  override var depth: Int { nesting }
  override var isCallable: Bool { true }

  override func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? {
    switch name.string {
    case "sep": separator
    case "used": .boolean(isUsed)
    default: nil
    }
  }

  override func call(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    _ = try arguments.bound(to: [], required: 0, function: "Joiner.__call__")
    defer { isUsed = true }
    return isUsed ? separator : .text("")
  }
}

/// What `cycler()` makes: values one after the other and again from the first.
final class Cycler: Object {
  private let values: Elements
  private var place = 0

  init(_ arguments: Arguments) throws(TextError) {
    guard arguments.named.isEmpty else {
      throw .failure(.type, "Cycler.__init__() got an unexpected keyword argument")
    }
    guard !arguments.positional.isEmpty else {
      throw .failure(.pythonRuntime, "at least one item has to be provided")
    }
    values = try Elements(arguments.positional)
  }

  func call(_ name: String) -> Value {
    guard name == "next" else {
      place = 0
      return .none
    }
    defer { place = (place + 1) % values.items.count }
    return values.items[place]
  }

  override var typeName: String { "Cycler" }
  override var qualifiedName: String { "jinja2.utils.Cycler" }
  override var depth: Int { values.depth }

  override func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? {
    switch name.string {
    case "current": return values.items[place]
    case "items": return .tuple(values)
    case "pos": return .integer(place)
    case "next", "reset": return .object(Method(.object(self), name.string))
    default: return nil
    }
  }
}
