// SPDX-License-Identifier: Apache-2.0

/// Filters that compare elements: sorting, grouping, extremes.
enum OrderFilters {
  static let table: [String: Filter] = [
    "sort": Filter("do_sort", ["reverse", "case_sensitive", "attribute"], sort),
    "dictsort": Filter("do_dictsort", ["case_sensitive", "by", "reverse"], sortMembers),
    "unique": Filter("sync_do_unique", ["case_sensitive", "attribute"], unique),
    "min": Filter("do_min", ["case_sensitive", "attribute"]) { call throws(TextError) in
      try extreme(call, isLeast: true)
    },
    "max": Filter("do_max", ["case_sensitive", "attribute"]) { call throws(TextError) in
      try extreme(call, isLeast: false)
    },
    "groupby": Filter(
      "sync_do_groupby", ["attribute", "default", "case_sensitive"], required: 1, group),
  ]

  private static func sort(_ call: FilterCall) throws(TextError) -> Value {
    let rendering = call.rendering
    var paths = [AttributePath(call.values[2])]
    if case .text(let text)? = call.values[2] {
      paths = text.parts(between: text.ranges(of: ",")).map { AttributePath(.text($0)) }
    }
    let items = try rendering.items(of: call.value)
    var keys: [Value] = []
    for item in items {
      var parts: [Value] = []
      for path in paths {
        parts.append(try path.key(in: item, caseSensitive: call.isOn(1), rendering))
      }
      keys.append(try .list(parts))
    }
    return try .list(
      try Comparison.sorted(items, by: keys, reverse: try call.whole(0, 0) != 0, in: rendering))
  }

  private static func sortMembers(_ call: FilterCall) throws(TextError) -> Value {
    var place = 0
    if let by = call.values[1] {
      guard case .text(let name) = by, name == "key" || name == "value" else {
        throw .failure(.filterArgument, "You can only sort by either \"key\" or \"value\"")
      }
      place = name == "key" ? 0 : 1
    }
    let rendering = call.rendering
    if case .undefined(let undefined) = call.value { throw undefined.error }
    guard case .mapping(let mapping) = call.value else {
      throw .failure(.attribute, "'\(call.value.typeName)' object has no attribute 'items'")
    }
    try rendering.spend(steps: mapping.count)
    let items = try MappingView(.items, of: mapping).items
    let path = AttributePath(.integer(place))
    var keys: [Value] = []
    for item in items {
      keys.append(try path.key(in: item, caseSensitive: call.isOn(0), rendering))
    }
    return try .list(
      try Comparison.sorted(items, by: keys, reverse: try call.whole(2, 0) != 0, in: rendering))
  }

  private static func unique(_ call: FilterCall) throws(TextError) -> Value {
    let path = AttributePath(call.values[1])
    var seen: Set<MappingKey> = []
    var iteration: Iteration?
    return .object(
      try Generator(over: [call.value]) { rendering throws(TextError) in
        if iteration == nil { iteration = try rendering.iteration(over: call.value) }
        while let item = try iteration?.next(in: rendering) {
          let key = try path.key(in: item, caseSensitive: call.isOn(0), rendering)
          if seen.insert(try MappingKey(key)).inserted { return item }
        }
        return nil
      })
  }

  private static func extreme(_ call: FilterCall, isLeast: Bool) throws(TextError) -> Value {
    let rendering = call.rendering
    let path = AttributePath(call.values[1])
    var iteration = try rendering.iteration(over: call.value)
    guard var best = try iteration.next(in: rendering) else {
      return .hint("No aggregated item, sequence was empty.")
    }
    var bestKey = try path.key(in: best, caseSensitive: call.isOn(0), rendering)
    while let item = try iteration.next(in: rendering) {
      let key = try path.key(in: item, caseSensitive: call.isOn(0), rendering)
      try rendering.spend(comparing: key, bestKey)
      let isBetter =
        isLeast
        ? try Comparison.isLess(key, bestKey, symbol: "<")
        : try Comparison.isLess(bestKey, key, symbol: ">", swapped: true)
      if isBetter { (best, bestKey) = (item, key) }
    }
    return best
  }

  private static func group(_ call: FilterCall) throws(TextError) -> Value {
    let rendering = call.rendering
    let path = AttributePath(call.values[0], fallback: call.given(1))
    let items = try rendering.items(of: call.value)
    var keys: [Value] = []
    for item in items {
      keys.append(try path.key(in: item, caseSensitive: call.isOn(2), rendering))
    }
    let places = try Comparison.sorted(
      items.indices.map(Value.integer), by: keys, reverse: false, in: rendering
    ).compactMap(\.index)
    var groups: [Value] = []
    var start = 0
    while start < places.count {
      var end = start + 1
      while end < places.count, try rendering.areEqual(keys[places[end]], keys[places[start]]) {
        end += 1
      }
      // The group is called as its first element spells it.
      let name = try path.value(in: items[places[start]], rendering)
      let members = try Value.list(places[start..<end].map { items[$0] })
      groups.append(.tuple(try Elements([name, members], names: ["grouper", "list"])))
      start = end
    }
    return try .list(groups)
  }
}
