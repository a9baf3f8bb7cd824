// SPDX-License-Identifier: Apache-2.0

/// Filters that apply a filter or a test to each element: `map`, `select` and their kin.
///
/// Their results are made while they are read, and can be read once.
enum SelectionFilters {
  static let table: [String: Filter] = [
    "map": Filter("sync_do_map", nil, map),
    "select": Filter("sync_do_select", nil) { call throws(TextError) in
      try choose(call, keeping: true, byAttribute: false)
    },
    "reject": Filter("sync_do_reject", nil) { call throws(TextError) in
      try choose(call, keeping: false, byAttribute: false)
    },
    "selectattr": Filter("sync_do_selectattr", nil) { call throws(TextError) in
      try choose(call, keeping: true, byAttribute: true)
    },
    "rejectattr": Filter("sync_do_rejectattr", nil) { call throws(TextError) in
      try choose(call, keeping: false, byAttribute: true)
    },
  ]

  private typealias Transformation = (Value, Rendering) throws(TextError) -> Value

  private static func sources(_ call: FilterCall) -> [Value] {
    [call.value] + call.arguments.positional + call.arguments.named.map(\.value)
  }

  private static func map(_ call: FilterCall) throws(TextError) -> Value {
    var iteration: Iteration?
    var transform: Transformation?
    return .object(
      try Generator(over: sources(call)) { rendering throws(TextError) in
        guard call.value.isTrue else { return nil }
        if iteration == nil {
          transform = try transformation(call)
          iteration = try rendering.iteration(over: call.value)
        }
        guard let item = try iteration?.next(in: rendering) else { return nil }
        return try transform?(item, rendering)
      })
  }

  private static func transformation(_ call: FilterCall) throws(TextError) -> Transformation {
    var named = call.arguments.named
    func take(_ name: Text) -> Value? {
      guard let place = named.firstIndex(where: { $0.name == name }) else { return nil }
      return named.remove(at: place).value
    }
    if call.arguments.positional.isEmpty, named.contains(where: { $0.name == "attribute" }) {
      let attribute = take("attribute")
      let fallback = take("default").flatMap { $0.isNone ? nil : $0 }
      if let name = named.first?.name {
        throw .failure(
          .filterArgument, "Unexpected keyword argument \(Printer.representation(name))")
      }
      let path = AttributePath(attribute, fallback: fallback)
      return { item, rendering throws(TextError) in try path.value(in: item, rendering) }
    }
    guard let name = call.arguments.positional.first else {
      throw .failure(.filterArgument, "map requires a filter argument")
    }
    let arguments = Arguments(
      positional: Array(call.arguments.positional.dropFirst()), named: named)
    return { item, rendering throws(TextError) in
      let filter = try find(name, "filter", Filter.named)
      return try filter.apply(to: item, arguments, in: rendering)
    }
  }

  private static func find(
    _ name: Value, _ kind: String, _ table: (Text) -> Filter?
  ) throws(TextError) -> Filter {
    if case .text(let text) = name, let filter = table(text) { return filter }
    var reason = "No \(kind) named \(Printer.excerpt(name))."
    if case .undefined(let undefined) = name {
      reason += " (\(undefined.error.message); did you forget to quote the callable name?)"
    }
    throw .failure(.runtime, reason)
  }

  private static func choose(
    _ call: FilterCall, keeping: Bool, byAttribute: Bool
  ) throws(TextError) -> Value {
    var iteration: Iteration?
    var test: Transformation?
    return .object(
      try Generator(over: sources(call)) { rendering throws(TextError) in
        guard call.value.isTrue else { return nil }
        if iteration == nil {
          test = try self.test(call, byAttribute)
          iteration = try rendering.iteration(over: call.value)
        }
        while let item = try iteration?.next(in: rendering) {
          if try test?(item, rendering).isTrue == keeping { return item }
        }
        return nil
      })
  }

  private static func test(
    _ call: FilterCall, _ byAttribute: Bool
  ) throws(TextError) -> Transformation {
    var positional = call.arguments.positional[...]
    var path = AttributePath(nil)
    if byAttribute {
      guard let attribute = positional.popFirst() else {
        throw .failure(.filterArgument, "Missing parameter for attribute name")
      }
      path = AttributePath(attribute)
    }
    guard let name = positional.popFirst() else {
      return { item, rendering throws(TextError) in try path.value(in: item, rendering) }
    }
    let arguments = Arguments(positional: Array(positional), named: call.arguments.named)
    return { item, rendering throws(TextError) in
      let value = try path.value(in: item, rendering)
      return try find(name, "test", Filter.test).apply(to: value, arguments, in: rendering)
    }
  }
}
