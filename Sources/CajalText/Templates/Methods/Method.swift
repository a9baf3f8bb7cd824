// SPDX-License-Identifier: Apache-2.0

/// A method of a value, not yet called: `message.content.strip`.
final class Method: Object {
  let owner: Value
  let name: String

  init(_ owner: Value, _ name: String) {
    self.owner = owner
    self.name = name
  }

  override var typeName: String { "builtin_function_or_method" }
  override var depth: Int { owner.depth + 1 }
  override var weight: Int { owner.weight }
  override var isCallable: Bool { true }

  override func equals(_ other: Object) -> Bool {
    guard let other = other as? Method else { return false }
    return name == other.name && Comparison.areIdentical(owner, other.owner)
  }

  override var hash: Int { name.hashValue }

  override func call(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    let call = MethodCall(name: name, arguments: arguments, rendering: rendering)
    switch owner {
    case .text(let text): return try TextMethods.call(call, on: text)
    case .mapping(let mapping): return try MappingMethods.call(call, on: mapping)
    case .list(let elements), .tuple(let elements):
      return try SequenceMethods.call(call, on: elements.items, of: owner)
    case .object(let range as NumberRange):
      return try SequenceMethods.call(
        call, on: (0..<range.length).map { .integer(range[$0]) }, of: owner)
    case .object(let loop as LoopState):
      return name == "cycle"
        ? try loop.cycle(arguments) : .boolean(try loop.changed(arguments, in: rendering).isTrue)
    case .object(let cycler as Cycler): return cycler.call(name)
    case .object(let function as GlobalFunction): return try function.makeFromKeys(call)
    default: return try NumberMethods.call(call, on: owner)
    }
  }
}

/// A call of a method with what it is given.
struct MethodCall {
  let name: String
  let arguments: Arguments
  let rendering: Rendering

  /// The arguments by place; nil where one is left out.
  func values(
    _ parameters: [Text], required: Int = 0, positionalOnly: Bool = true
  ) throws(TextError) -> [Value?] {
    try arguments.bound(
      to: parameters, required: required, function: name, positionalOnly: positionalOnly)
  }

  /// A whole number that has to be one.
  func whole(_ value: Value) throws(TextError) -> Int {
    if let index = value.index { return index }
    throw .failure(.type, "'\(value.typeName)' object cannot be interpreted as an integer")
  }

  /// A text that has to be one.
  func text(_ value: Value?, _ place: Int = 1) throws(TextError) -> Text {
    guard case .text(let text)? = value else {
      throw .failure(
        .type, "\(name)() argument \(place) must be str, not \((value ?? .none).typeName)")
    }
    return text
  }

  var unsupported: TextError { .unsupported("the method “\(name)”") }
}
