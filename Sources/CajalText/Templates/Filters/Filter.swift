// SPDX-License-Identifier: Apache-2.0

/// A filter or a test: a function of a value and arguments.
///
/// - Source: `filters.py` and `tests.py` of Jinja 3.1.
struct Filter: Sendable {
  typealias Body = @Sendable (FilterCall) throws(TextError) -> Value

  /// The parameters after the value; nil where the filter takes all arguments as they come.
  private let parameters: [Text]?
  private let required: Int
  /// What the reference calls the function.
  private let function: String
  private let body: Body

  init(
    _ function: String, _ parameters: [Text]?, required: Int = 0, _ body: @escaping Body
  ) {
    self.function = function
    self.parameters = parameters
    self.required = required
    self.body = body
  }

  func apply(
    to value: Value, _ arguments: Arguments, in rendering: Rendering
  ) throws(TextError) -> Value {
    let values = try parameters.map { parameters throws(TextError) in
      try arguments.bound(
        to: parameters, required: required, function: function,
        hidden: Self.takingEnvironment.contains(function) ? 2 : 1)
    }
    return try body(
      FilterCall(
        value: value, values: values ?? [], arguments: arguments, rendering: rendering))
  }

  /// The functions that the engine hands its environment before the value.
  private static let takingEnvironment: Set<String> = [
    "do_replace", "do_truncate", "sync_do_join", "sync_do_first", "do_sort", "sync_do_unique",
    "do_min", "do_max", "sync_do_groupby", "sync_do_sum",
  ]

  static func named(_ name: Text) -> Filter? { filters[name.string] }

  static func test(_ name: Text) -> Filter? { tests[name.string] }

  private static let filters: [String: Filter] =
    TextFilters.table.merging(NumberFilters.table) { $1 }
    .merging(SequenceFilters.table) { $1 }
    .merging(SelectionFilters.table) { $1 }
    .merging(OrderFilters.table) { $1 }
    .merging(FormatFilters.table) { $1 }
    .merging(unavailable) { $1 }

  private static let tests = ValueTests.table

  /// Filters of the reference that no conversation needs; known, so that only their use fails.
  private static let unavailable: [String: Filter] = Dictionary(
    uniqueKeysWithValues: [
      "attr", "filesizeformat", "pprint", "random", "urlize", "wordwrap", "xmlattr",
    ].map { name in
      (
        name,
        Filter("do_\(name)", nil) { _ throws(TextError) in
          throw .unsupported("the filter “\(name)”")
        }
      )
    })
}

/// The value and the arguments of a filter.
struct FilterCall {
  let value: Value
  /// The arguments by parameter; nil where one is left out.
  let values: [Value?]
  let arguments: Arguments
  let rendering: Rendering

  /// An argument that is there and not `none`.
  func given(_ place: Int) -> Value? {
    values[place].flatMap { $0.isNone ? nil : $0 }
  }

  /// A switch, off where it is left out.
  func isOn(_ place: Int) -> Bool { values[place]?.isTrue ?? false }

  func whole(_ place: Int, _ fallback: Int) throws(TextError) -> Int {
    guard let value = values[place] else { return fallback }
    if case .undefined(let undefined) = value { throw undefined.error }
    guard let index = value.index else {
      throw .failure(
        .type, "'\(value.typeName)' object cannot be interpreted as an integer")
    }
    return index
  }

  /// The value as a text: itself where it is one.
  var text: Text { get throws(TextError) { try rendering.text(of: value) } }

  /// Calls a method of texts on the value.
  func method(_ name: String, _ arguments: [Value] = []) throws(TextError) -> Value {
    let call = MethodCall(
      name: name, arguments: Arguments(positional: arguments), rendering: rendering)
    return try TextMethods.call(call, on: try text)
  }
}

/// The way to an attribute: `"user.name"`, `"messages.0.role"`, or a key that is no text.
struct AttributePath {
  private let parts: [Value]
  private let fallback: Value?

  init(_ attribute: Value?, fallback: Value? = nil) {
    self.fallback = fallback
    guard case .text(let text)? = attribute else {
      parts = attribute.flatMap { $0.isNone ? nil : [$0] } ?? []
      return
    }
    parts = text.parts(between: text.ranges(of: ".")).map { part in
      guard !part.isEmpty, part.scalars.allSatisfy(PythonCharacter.isDigit),
        let number = Int(part.string)
      else { return .text(part) }
      return .integer(number)
    }
  }

  func value(in item: Value, _ rendering: Rendering) throws(TextError) -> Value {
    var value = item
    for part in parts {
      value = try rendering.element(part, of: value)
      if value.isUndefined, let fallback { value = fallback }
    }
    return value
  }

  /// The value with upper and lower case made one.
  func key(
    in item: Value, caseSensitive: Bool, _ rendering: Rendering
  ) throws(TextError) -> Value {
    let value = try value(in: item, rendering)
    guard !caseSensitive, case .text(let text) = value else { return value }
    try rendering.spend(scalars: text.count)
    return .text(text.lowercased)
  }
}
