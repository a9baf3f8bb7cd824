// SPDX-License-Identifier: Apache-2.0

/// The tests behind `is`.
///
/// - Source: `tests.py` of Jinja 3.1.
enum ValueTests {
  static let table: [String: Filter] = kinds.merging(comparisons) { $1 }.merging(others) { $1 }

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (Value) -> Bool
  ) -> Filter {
    Filter("test_\(name)", []) { call throws(TextError) in .boolean(holds(call.value)) }
  }

  private static let kinds: [String: Filter] = [
    "defined": test("defined") { !$0.isUndefined },
    "undefined": test("undefined") { $0.isUndefined },
    "none": test("none") { $0.isNone },
    "boolean": test("boolean") { if case .boolean = $0 { true } else { false } },
    "true": test("true") { if case .boolean(true) = $0 { true } else { false } },
    "false": test("false") { if case .boolean(false) = $0 { true } else { false } },
    "integer": test("integer") { if case .integer = $0 { true } else { false } },
    "float": test("float") { if case .real = $0 { true } else { false } },
    "number": test("number") { $0.number != nil },
    "string": test("string") { if case .text = $0 { true } else { false } },
    "mapping": test("mapping") { if case .mapping = $0 { true } else { false } },
    "sequence": test("sequence", isSequence),
    "iterable": test("iterable", isIterable),
    "callable": test("callable") {
      if case .object(let object) = $0 { object.isCallable } else { $0.isUndefined }
    },
    "escaped": test("escaped") { if case .text(let text) = $0 { text.isMarkup } else { false } },
  ]

  private static func isSequence(_ value: Value) -> Bool {
    switch value {
    case .undefined, .text, .list, .tuple, .mapping: true
    case .object(let object): object.isSequence
    default: false
    }
  }

  private static func isIterable(_ value: Value) -> Bool {
    switch value {
    case .undefined, .text, .list, .tuple, .mapping: true
    case .object(let object): object.iteration() != nil
    default: false
    }
  }

  private static func comparison(_ relation: ComparisonChain.Relation) -> Filter {
    Filter("comparison", ["b"], required: 1) { call throws(TextError) in
      .boolean(try call.rendering.holds(relation, call.value, call.values[0] ?? .none))
    }
  }

  private static let comparisons: [String: Filter] = [
    "==": comparison(.equal), "eq": comparison(.equal), "equalto": comparison(.equal),
    "!=": comparison(.unequal), "ne": comparison(.unequal),
    ">": comparison(.greater), "gt": comparison(.greater), "greaterthan": comparison(.greater),
    ">=": comparison(.greaterOrEqual), "ge": comparison(.greaterOrEqual),
    "<": comparison(.less), "lt": comparison(.less), "lessthan": comparison(.less),
    "<=": comparison(.lessOrEqual), "le": comparison(.lessOrEqual),
    "in": comparison(.contained),
  ]

  private static let others: [String: Filter] = [
    "sameas": Filter("test_sameas", ["other"], required: 1) { call throws(TextError) in
      .boolean(Comparison.areIdentical(call.value, call.values[0] ?? .none))
    },
    "odd": Filter("test_odd", []) { call throws(TextError) in try remainder(call, 2, equals: 1) },
    "even": Filter("test_even", []) { call throws(TextError) in try remainder(call, 2, equals: 0) },
    "divisibleby": Filter("test_divisibleby", ["num"], required: 1) { call throws(TextError) in
      let remainder = try call.rendering.calculate(
        call.value, .remainder, call.values[0] ?? .none)
      return .boolean(Comparison.areEqual(remainder, .integer(0)))
    },
    "lower": Filter("test_lower", []) { call throws(TextError) in
      .boolean(try call.text.isLowercase)
    },
    "upper": Filter("test_upper", []) { call throws(TextError) in
      .boolean(try call.text.isUppercase)
    },
    "filter": Filter("test_filter", []) { call throws(TextError) in
      .boolean(try isKnown(call, Filter.named))
    },
    "test": Filter("test_test", []) { call throws(TextError) in
      .boolean(try isKnown(call, Filter.test))
    },
  ]

  private static func remainder(
    _ call: FilterCall, _ divisor: Int, equals expected: Int
  ) throws(TextError) -> Value {
    let remainder = try call.rendering.calculate(call.value, .remainder, .integer(divisor))
    return .boolean(Comparison.areEqual(remainder, .integer(expected)))
  }

  private static func isKnown(
    _ call: FilterCall, _ find: (Text) -> Filter?
  ) throws(TextError) -> Bool {
    _ = try MappingKey(call.value)
    guard case .text(let name) = call.value else { return false }
    return find(name) != nil
  }
}
