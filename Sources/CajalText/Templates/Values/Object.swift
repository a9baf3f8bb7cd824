// SPDX-License-Identifier: Apache-2.0

/// A value with a behaviour of its own: functions, macros, iterators, namespaces, loops.
class Object {
  /// The name of the type in errors.
  var typeName: String { "object" }
  /// The name with its module, where the reference prints it so.
  var qualifiedName: String { typeName }
  var depth: Int { 0 }
  var weight: Int { 1 }
  var isTrue: Bool { true }
  /// How many elements it has, where it knows.
  var count: Int? { nil }
  var isCallable: Bool { false }
  var isHashable: Bool { true }
  var hash: Int { ObjectIdentifier(self).hashValue }

  /// Whether the value equals another object.
  func equals(_ other: Object) -> Bool { self === other }

  /// What the value calls `name`; nil where it has no such attribute.
  func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? { nil }

  /// The element of a key; nil where there is none or the value has no elements.
  func element(_ key: Value) -> Value? { nil }

  /// Whether `len` and subscripts work.
  var isSequence: Bool { false }

  /// The elements from the first on, where the value can be iterated.
  func iteration() -> Iteration? { nil }

  func call(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    throw .failure(.type, "'\(typeName)' object is not callable")
  }

  /// Appends what Python's `repr` prints.
  func write(to printer: inout Printer) throws(TextError) {
    try printer.write("<\(qualifiedName) object>")
  }
}

/// What a function is called with.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: Text, value: Value)] = []

  /// The values of parameters in order, nil where one is left out.
  ///
  /// `required` counts the parameters that must be there; `function` names it in errors, and
  /// `hidden` counts the parameters before these that the engine fills.
  func bound(
    to parameters: [Text], required: Int, function: String, positionalOnly: Bool = false,
    hidden: Int = 0
  ) throws(TextError) -> [Value?] {
    guard positional.count <= parameters.count else {
      let most = hidden + parameters.count
      let range =
        required < parameters.count
        ? "from \(hidden + required) to \(most) positional arguments"
        : "\(most) positional argument\(most == 1 ? "" : "s")"
      let given = hidden + positional.count
      throw .failure(
        .type,
        "\(function)() takes \(range) but \(given) \(given == 1 ? "was" : "were") given")
    }
    var values: [Value?] = positional
    values += [Value?](repeating: nil, count: parameters.count - positional.count)
    for argument in named {
      guard !positionalOnly, let place = parameters.firstIndex(of: argument.name) else {
        throw .failure(
          .type, "\(function)() got an unexpected keyword argument '\(argument.name.string)'")
      }
      guard values[place] == nil else {
        throw .failure(
          .type, "\(function)() got multiple values for argument '\(argument.name.string)'")
      }
      values[place] = argument.value
    }
    for place in 0..<required where values[place] == nil {
      throw .failure(
        .type,
        "\(function)() missing 1 required positional argument: '\(parameters[place].string)'")
    }
    return values
  }
}
