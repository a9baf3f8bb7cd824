// SPDX-License-Identifier: Apache-2.0

/// Filters that take sequences apart and put them together.
enum SequenceFilters {
  static let table: [String: Filter] = [
    "default": Filter("do_default", ["default_value", "boolean"], fallback),
    "d": Filter("do_default", ["default_value", "boolean"], fallback),
    "list": Filter("sync_do_list", []) { call throws(TextError) in
      try .list(try call.rendering.items(of: call.value))
    },
    "first": Filter("sync_do_first", [], first),
    "last": Filter("do_last", [], last),
    "reverse": Filter("do_reverse", [], reverse),
    "join": Filter("sync_do_join", ["d", "attribute"], join),
    "items": Filter("do_items", [], items),
    "batch": Filter("do_batch", ["linecount", "fill_with"], required: 1, batch),
    "slice": Filter("sync_do_slice", ["slices", "fill_with"], required: 1, slice),
  ]

  private static func fallback(_ call: FilterCall) throws(TextError) -> Value {
    let isMissing = call.value.isUndefined || (call.isOn(1) && !call.value.isTrue)
    return isMissing ? call.values[0] ?? .text("") : call.value
  }

  private static func first(_ call: FilterCall) throws(TextError) -> Value {
    var iteration = try call.rendering.iteration(over: call.value)
    return try iteration.next(in: call.rendering) ?? .hint("No first item, sequence was empty.")
  }

  /// The elements from the last on; only sequences and mappings know their last.
  private static func reversed(_ call: FilterCall) throws(TextError) -> [Value]? {
    switch call.value {
    case .undefined: return []
    case .text, .list, .tuple, .mapping: break
    case .object(let object) where object is NumberRange || object is MappingView: break
    default: return nil
    }
    return try call.rendering.items(of: call.value).reversed()
  }

  private static func last(_ call: FilterCall) throws(TextError) -> Value {
    guard let items = try reversed(call) else {
      throw .failure(.type, "'\(call.value.typeName)' object is not reversible")
    }
    return items.first ?? .hint("No last item, sequence was empty.")
  }

  private static func reverse(_ call: FilterCall) throws(TextError) -> Value {
    if case .text(let text) = call.value {
      try call.rendering.spend(scalars: text.count)
      return .text(text.reversed)
    }
    guard let items = try reversed(call) else {
      do {
        return try .list(try call.rendering.items(of: call.value).reversed())
      } catch {
        let failure = error.cause as? TemplateFailure
        guard failure?.kind == TemplateFailure.Kind.type.rawValue else { throw error }
        throw .failure(.filterArgument, "argument must be iterable")
      }
    }
    var place = 0
    return .object(
      try Generator("reversed", over: [call.value]) { _ throws(TextError) in
        defer { place += 1 }
        return place < items.count ? items[place] : nil
      })
  }

  private static func join(_ call: FilterCall) throws(TextError) -> Value {
    let rendering = call.rendering
    let path = AttributePath(call.values[1])
    var iteration = try rendering.iteration(over: call.value)
    let separator = try rendering.text(of: call.values[0] ?? .text(""))
    var parts: [Text] = []
    while let item = try iteration.next(in: rendering) {
      parts.append(try rendering.text(of: try path.value(in: item, rendering)))
    }
    return .text(try Text(separator.scalars).joining(parts, in: rendering))
  }

  private static func items(_ call: FilterCall) throws(TextError) -> Value {
    let value = call.value
    var pairs: [Value]?
    var place = 0
    return .object(
      try Generator(over: [value]) { _ throws(TextError) in
        if pairs == nil {
          switch value {
          case .undefined: pairs = []
          case .mapping(let mapping): pairs = try MappingView(.items, of: mapping).items
          default: throw .failure(.type, "Can only get item pairs from a mapping.")
          }
        }
        defer { place += 1 }
        return pairs.flatMap { place < $0.count ? $0[place] : nil }
      })
  }

  /// Lists of a fixed length.
  private static func batch(_ call: FilterCall) throws(TextError) -> Value {
    let size = call.values[0] ?? .none
    let filler = call.given(1)
    var iteration: Iteration?
    var held: [Value] = []
    var isDone = false
    return .object(
      try Generator(over: [call.value] + call.arguments.positional) { rendering throws(TextError) in
        if iteration == nil { iteration = try rendering.iteration(over: call.value) }
        while !isDone {
          guard let item = try iteration?.next(in: rendering) else {
            isDone = true
            guard !held.isEmpty else { return nil }
            if let filler, let size = size.index, held.count < size {
              try rendering.spend(steps: size)
              held += [Value](repeating: filler, count: size - held.count)
            }
            return try .list(held)
          }
          if Comparison.areEqual(.integer(held.count), size) {
            let full = try Value.list(held)
            held = [item]
            return full
          }
          held.append(item)
        }
        return nil
      })
  }

  /// A fixed number of lists.
  private static func slice(_ call: FilterCall) throws(TextError) -> Value {
    let filler = call.given(1)
    var items: [Value]?
    var number = 0
    var offset = 0
    return .object(
      try Generator(over: [call.value] + call.arguments.positional) { rendering throws(TextError) in
        if items == nil { items = try rendering.items(of: call.value) }
        let count = try call.whole(0, 1)
        guard count != 0 else {
          throw .failure(.zeroDivision, "integer division or modulo by zero")
        }
        guard let items, number < count else { return nil }
        let (length, extra) = items.count.quotientAndRemainder(dividingBy: count)
        let start = offset + number * length
        if number < extra { offset += 1 }
        let end = offset + (number + 1) * length
        var part = Array(items[start..<end])
        if let filler, number >= extra { part.append(filler) }
        number += 1
        return try .list(part)
      })
  }
}
