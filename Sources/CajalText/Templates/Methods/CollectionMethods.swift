// SPDX-License-Identifier: Apache-2.0

/// The methods of mappings that change nothing.
enum MappingMethods {
  static func call(_ call: MethodCall, on mapping: Mapping) throws(TextError) -> Value {
    try call.rendering.spend(steps: call.name == "get" ? 1 : mapping.count)
    switch call.name {
    case "get":
      let values = try call.values(["key", "default"], required: 1)
      return mapping[try MappingKey(values[0] ?? .none)] ?? values[1] ?? .none
    case "items", "keys", "values":
      _ = try call.values([])
      return .object(try MappingView(MappingView.Part(rawValue: call.name) ?? .items, of: mapping))
    case "copy":
      _ = try call.values([])
      return .mapping(mapping)
    case "fromkeys": return try fromKeys(call)
    default: throw call.unsupported
    }
  }

  /// A mapping of keys that all have one value.
  static func fromKeys(_ call: MethodCall) throws(TextError) -> Value {
    let values = try call.values(["iterable", "value"], required: 1)
    let keys = try call.rendering.items(of: values[0] ?? .none)
    return .mapping(try Mapping(keys.map { ($0, values[1] ?? .none) }))
  }
}

/// The methods of lists, tuples and ranges that change nothing.
enum SequenceMethods {
  static func call(
    _ call: MethodCall, on items: [Value], of owner: Value
  ) throws(TextError) -> Value {
    switch call.name {
    case "copy":
      _ = try call.values([])
      return try .list(items)
    case "count":
      let wanted = try call.values(["value"], required: 1)[0] ?? .none
      var count = 0
      for item in items where try call.rendering.areEqual(item, wanted) { count += 1 }
      return .integer(count)
    case "index": return .integer(try index(call, in: items, of: owner))
    default: throw call.unsupported
    }
  }

  private static func index(
    _ call: MethodCall, in items: [Value], of owner: Value
  ) throws(TextError) -> Int {
    let values = try call.values(["value", "start", "stop"], required: 1)
    let wanted = values[0] ?? .none
    var bounds = [0, items.count]
    for place in 0..<2 {
      guard let value = values[place + 1] else { continue }
      let bound = try call.whole(value)
      bounds[place] = min(max(bound < 0 ? bound + items.count : bound, 0), items.count)
    }
    for place in stride(from: bounds[0], to: bounds[1], by: 1)
    where try call.rendering.areEqual(items[place], wanted) {
      return place
    }
    let isTuple = if case .tuple = owner { true } else { false }
    throw .failure(
      .value,
      isTuple ? "tuple.index(x): x not in tuple" : "\(Printer.excerpt(wanted)) is not in list")
  }
}

/// The attributes and methods of numbers.
enum NumberMethods {
  static func property(_ name: String, of value: Value) -> Value? {
    switch (name, value) {
    case ("real", .real), ("real", .integer): value
    case ("real", .boolean(let value)), ("numerator", .boolean(let value)): .integer(value ? 1 : 0)
    case ("numerator", .integer): value
    case ("denominator", .integer), ("denominator", .boolean): .integer(1)
    case ("imag", .real): .real(0)
    case ("imag", _): .integer(0)
    default: nil
    }
  }

  static func call(_ call: MethodCall, on value: Value) throws(TextError) -> Value {
    switch (call.name, value) {
    case ("is_integer", .real(let number)):
      _ = try call.values([])
      return .boolean(number.isFinite && number == number.rounded())
    case ("bit_length", _):
      _ = try call.values([])
      return .integer(Int.bitWidth - (value.index ?? 0).magnitude.leadingZeroBitCount)
    case ("bit_count", _):
      _ = try call.values([])
      return .integer((value.index ?? 0).magnitude.nonzeroBitCount)
    case ("conjugate", _):
      _ = try call.values([])
      return value.index.map(Value.integer) ?? value
    default: throw call.unsupported
    }
  }
}
