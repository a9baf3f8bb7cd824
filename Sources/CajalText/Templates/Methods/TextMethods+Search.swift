// SPDX-License-Identifier: Apache-2.0

// Finding, counting, replacing and joining.
extension TextMethods {
  /// What is searched, and the bounds of the search within the text.
  private static func search(
    _ call: MethodCall, _ text: Text
  ) throws(TextError) -> (part: Value, start: Int, end: Int) {
    let values = try call.values(["sub", "start", "end"], required: 1)
    var bounds = [0, text.count]
    for place in 0..<2 {
      guard let value = values[place + 1], !value.isNone else { continue }
      guard let bound = value.index else {
        throw .failure(
          .type, "slice indices must be integers or None or have an __index__ method")
      }
      bounds[place] = bound < 0 ? max(bound + text.count, 0) : bound
    }
    return (values[0] ?? .none, bounds[0], min(bounds[1], text.count))
  }

  private static func part(
    _ call: MethodCall, _ text: Text
  ) throws(TextError) -> (part: Text, start: Int, end: Int) {
    let search = try search(call, text)
    guard case .text(let part) = search.part else {
      throw .failure(.type, "must be str, not \(search.part.typeName)")
    }
    return (part, search.start, search.end)
  }

  private static func place(_ call: MethodCall, _ text: Text) throws(TextError) -> Int? {
    let (part, start, end) = try part(call, text)
    guard start <= end else { return nil }
    return call.name.hasPrefix("r")
      ? text.lastIndex(of: part, from: start, to: end)
      : text.firstIndex(of: part, from: start, to: end)
  }

  static func find(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    .integer(try place(call, text) ?? -1)
  }

  static func index(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    guard let place = try place(call, text) else {
      throw .failure(.value, "substring not found")
    }
    return .integer(place)
  }

  static func count(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let (part, start, end) = try part(call, text)
    guard start <= end else { return .integer(0) }
    guard !part.isEmpty else { return .integer(end - start + 1) }
    return .integer(Text(text.scalars[start..<end]).ranges(of: part).count)
  }

  static func startsWith(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try hasAffix(call, text) { $0.starts(with: $1.scalars) }
  }

  static func endsWith(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try hasAffix(call, text) { $0.reversed().starts(with: $1.scalars.reversed()) }
  }

  private static func hasAffix(
    _ call: MethodCall, _ text: Text, _ matches: (ArraySlice<Unicode.Scalar>, Text) -> Bool
  ) throws(TextError) -> Value {
    let (affix, start, end) = try search(call, text)
    let candidates: [Value] =
      if case .tuple(let elements) = affix { elements.items } else { [affix] }
    for candidate in candidates {
      guard case .text(let wanted) = candidate else {
        let isTuple = if case .tuple = affix { true } else { false }
        let allowed = isTuple ? "tuple for \(call.name) must only contain str" : nil
        throw .failure(
          .type,
          allowed.map { "\($0), not \(candidate.typeName)" }
            ?? "\(call.name) first arg must be str or a tuple of str, not \(candidate.typeName)")
      }
      guard start <= end else { continue }
      if matches(text.scalars[start..<end], wanted) { return .boolean(true) }
    }
    return .boolean(false)
  }

  static func replace(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let values = try call.values(["old", "new", "count"], required: 2)
    let limit = try values[2].map { value throws(TextError) in try call.whole(value) } ?? -1
    let (old, new) = (try call.text(values[0], 1), try call.text(values[1], 2))
    return .text(
      try text.replacing(
        old, with: text.isMarkup ? new.escaped : new, limit: limit < 0 ? .max : limit,
        in: call.rendering))
  }

  static func join(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let value = try call.values(["iterable"], required: 1)[0] ?? .none
    if case .undefined = value { return .text(Text([], isMarkup: text.isMarkup)) }
    guard var iteration = try? call.rendering.iteration(over: value) else {  // the reason is ours
      throw .failure(.type, "can only join an iterable")
    }
    var parts: [Text] = []
    while let item = try iteration.next(in: call.rendering) {
      if text.isMarkup {
        parts.append(try call.rendering.text(of: item).escaped)
      } else {
        guard case .text(let part) = item else {
          throw .failure(
            .type,
            "sequence item \(parts.count): expected str instance, \(item.typeName) found")
        }
        parts.append(part)
      }
    }
    return .text(try text.joining(parts, in: call.rendering))
  }
}

extension Text {
  /// With `old` replaced by `new`; an empty `old` stands before, between and after all characters.
  func replacing(
    _ old: Text, with new: Text, limit: Int, in rendering: Rendering
  ) throws(TextError) -> Text {
    var ranges: [Range<Int>]
    if old.isEmpty {
      ranges = (0..<min(count + 1, limit)).map { $0..<$0 }
    } else {
      ranges = self.ranges(of: old, limit: limit)
    }
    let (growth, overflow) = ranges.count.multipliedReportingOverflow(by: new.count)
    try rendering.spend(scalars: overflow ? .max : growth)
    try rendering.spend(scalars: count)
    var result: [Unicode.Scalar] = []
    var start = 0
    for range in ranges {
      result += scalars[start..<range.lowerBound]
      result += new.scalars
      start = range.upperBound
    }
    result += scalars[start...]
    return Text(result, isMarkup: isMarkup)
  }

  /// The parts with this text between them.
  func joining(_ parts: [Text], in rendering: Rendering) throws(TextError) -> Text {
    var result: [Unicode.Scalar] = []
    for (place, part) in parts.enumerated() {
      try rendering.spend(scalars: part.count + (place > 0 ? count : 0))
      if place > 0 { result += scalars }
      result += part.scalars
    }
    return Text(result, isMarkup: isMarkup)
  }
}
