// SPDX-License-Identifier: Apache-2.0

/// Filters that make a text of a text.
enum TextFilters {
  static let table: [String: Filter] = [
    "upper": Filter("do_upper", []) { call throws(TextError) in try call.method("upper") },
    "lower": Filter("do_lower", []) { call throws(TextError) in try call.method("lower") },
    "capitalize": Filter("do_capitalize", []) { call throws(TextError) in
      try call.method("capitalize")
    },
    "title": Filter("do_title", [], title),
    "trim": Filter("do_trim", ["chars"]) { call throws(TextError) in
      try call.method("strip", [call.values[0] ?? .none])
    },
    "center": Filter("do_center", ["width"]) { call throws(TextError) in
      try call.method("center", [.integer(try call.whole(0, 80))])
    },
    "replace": Filter("do_replace", ["old", "new", "count"], required: 2, replace),
    "indent": Filter("do_indent", ["width", "first", "blank"], indent),
    "truncate": Filter("do_truncate", ["length", "killwords", "end", "leeway"], truncate),
    "wordcount": Filter("do_wordcount", [], countWords),
    "string": Filter("soft_str", []) { call throws(TextError) in .text(try call.text) },
    "safe": Filter("do_mark_safe", []) { call throws(TextError) in
      .text(Text(try call.text.scalars, isMarkup: true))
    },
    "escape": Filter("escape", [], escape),
    "e": Filter("escape", [], escape),
    "forceescape": Filter("do_forceescape", []) { call throws(TextError) in
      .text(Text(try call.text.scalars).escaped)
    },
    "striptags": Filter("do_striptags", []) { call throws(TextError) in
      try call.method("striptags")
    },
    "urlencode": Filter("do_urlencode", [], encodeForURL),
  ]

  private static func escape(_ call: FilterCall) throws(TextError) -> Value {
    let escaped = try call.text.escaped
    try call.rendering.spend(scalars: escaped.count)
    return .text(escaped)
  }

  /// The first letter of each word in upper case, the others in lower case.
  private static func title(_ call: FilterCall) throws(TextError) -> Value {
    let text = try call.text
    try call.rendering.spend(scalars: text.count)
    var result: [Unicode.Scalar] = []
    var start = 0
    func isBorder(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar {
      case "-", "(", "{", "[", "<": true
      default: PythonCharacter.isSpace(scalar)
      }
    }
    while start < text.count {
      let border = isBorder(text.scalars[start])
      let end = text.scalars[start...].firstIndex { isBorder($0) != border } ?? text.count
      let word = Text(text.scalars[start..<end])
      result += PythonCharacter.uppercase(word.scalars[0])
      result += Text(word.scalars[1...]).lowercased.scalars
      start = end
    }
    return .text(result)
  }

  private static func replace(_ call: FilterCall) throws(TextError) -> Value {
    let rendering = call.rendering
    let text = Text(try call.text.scalars)
    let old = try rendering.text(of: call.values[0] ?? .none)
    let new = try rendering.text(of: call.values[1] ?? .none)
    let limit = call.given(2) == nil ? -1 : try call.whole(2, -1)
    return .text(
      Text(
        try text.replacing(old, with: new, limit: limit < 0 ? .max : limit, in: rendering).scalars))
  }

  private static func indent(_ call: FilterCall) throws(TextError) -> Value {
    let indentation: Text
    switch call.values[0] ?? .integer(4) {
    case .text(let given): indentation = given
    case let width:
      let space = try call.rendering.calculate(.text(" "), .multiply, width)
      indentation = try call.rendering.text(of: space)
    }
    if case .undefined(let undefined) = call.value { throw undefined.error }
    if case .list = call.value {
      throw .failure(.attribute, "'list' object has no attribute 'splitlines'")
    }
    guard case .text(let text) = call.value else {
      throw .failure(
        .type, "unsupported operand type(s) for +=: '\(call.value.typeName)' and 'str'")
    }
    let (first, blank) = (call.isOn(1), call.isOn(2))
    let lines = Text(text.scalars + ["\n"]).lines(keepingEnds: false)
    var result: [Unicode.Scalar] = []
    for (place, line) in lines.enumerated() {
      let isIndented = place == 0 ? first : blank || !line.isEmpty
      try call.rendering.spend(scalars: line.count + (isIndented ? indentation.count : 0) + 1)
      if place > 0 { result.append("\n") }
      if isIndented { result += indentation.scalars }
      result += line.scalars
    }
    return .text(Text(result, isMarkup: text.isMarkup))
  }

  private static func truncate(_ call: FilterCall) throws(TextError) -> Value {
    let rendering = call.rendering
    let length = call.values[0] ?? .integer(255)
    let leeway = call.given(3) ?? .integer(5)
    let end = call.values[2] ?? .text("...")
    let endCount = Value.integer(try rendering.length(of: end))
    try require(length, "length", isAtLeast: endCount)
    try require(leeway, "leeway", isAtLeast: .integer(0))
    let most = try rendering.calculate(length, .add, leeway)
    let count = Value.integer(try rendering.length(of: call.value))
    if try rendering.holds(.lessOrEqual, count, most) { return call.value }
    let keptCount = try rendering.calculate(length, .subtract, endCount)
    let slice = try rendering.slice(call.value, .none, keptCount, .none)
    guard case .text(var kept) = slice else {
      return try rendering.calculate(slice, .add, end)
    }
    if !call.isOn(1), let space = kept.lastIndex(of: " ", from: 0, to: kept.count) {
      kept.scalars.removeSubrange(space...)
    }
    return try rendering.calculate(.text(kept), .add, end)
  }

  private static func require(
    _ value: Value, _ name: String, isAtLeast least: Value
  ) throws(TextError) {
    guard try Comparison.isLess(least, value, symbol: ">=", orEqual: true, swapped: true) else {
      let bound = Printer.excerpt(least)
      throw .failure(
        .pythonAssertion, "expected \(name) >= \(bound), got \(Printer.excerpt(value))")
    }
  }

  private static func countWords(_ call: FilterCall) throws(TextError) -> Value {
    var count = 0
    var isInside = false
    for scalar in try call.text.scalars {
      let isPart = scalar == "_" || PythonCharacter.isAlphanumeric(scalar)
      if isPart, !isInside { count += 1 }
      isInside = isPart
    }
    return .integer(count)
  }

  private static func encodeForURL(_ call: FilterCall) throws(TextError) -> Value {
    let rendering = call.rendering
    switch call.value {
    case .mapping(let mapping):
      return try query(mapping.members, rendering)
    case .object(let object) where object.iteration() == nil:
      return .text(try quoted(call.value, "/", rendering))
    case .list, .tuple, .object, .undefined:
      var pairs: [(key: Value, value: Value)] = []
      for item in try rendering.items(of: call.value) {
        let parts = try rendering.unpacked(item, into: 2)
        pairs.append((parts[0], parts[1]))
      }
      return try query(pairs, rendering)
    default: return .text(try quoted(call.value, "/", rendering))
    }
  }

  private static func query(
    _ pairs: [(key: Value, value: Value)], _ rendering: Rendering
  ) throws(TextError) -> Value {
    var parts: [Text] = []
    for pair in pairs {
      let key = try quoted(pair.key, "", rendering).spacesAsPlus
      let value = try quoted(pair.value, "", rendering).spacesAsPlus
      parts.append(Text(key.scalars + ["="] + value.scalars))
    }
    return .text(try Text("&").joining(parts, in: rendering))
  }

  private static func quoted(
    _ value: Value, _ safe: String, _ rendering: Rendering
  ) throws(TextError) -> Text {
    let text = try rendering.text(of: value)
    try rendering.spend(scalars: text.count * 3)
    var result: [Unicode.Scalar] = []
    for byte in text.string.utf8 {
      let scalar = Unicode.Scalar(byte)
      switch scalar {
      case "A"..."Z", "a"..."z", "0"..."9", "_", ".", "-", "~": result.append(scalar)
      default:
        if safe.unicodeScalars.contains(scalar) {
          result.append(scalar)
        } else {
          let digits = String(byte, radix: 16, uppercase: true)
          result += "%\(byte < 16 ? "0" : "")\(digits)".unicodeScalars
        }
      }
    }
    return Text(result)
  }
}

extension Text {
  /// `%20` as `+`, as in the query of a URL.
  fileprivate var spacesAsPlus: Text { Text(string.split("%20").joined(separator: "+")) }
}

extension String {
  fileprivate func split(_ separator: String) -> [String] {
    let text = Text(self)
    return text.parts(between: text.ranges(of: Text(separator))).map(\.string)
  }
}

extension TextMethods {
  /// Without HTML tags, white space collapsed.
  static func stripTags(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    guard !text.scalars.contains("&") else { throw call.unsupported }
    var kept: [Unicode.Scalar] = []
    var position = 0
    while let start = text.scalars[position...].firstIndex(of: "<") {
      let isComment = text.scalars[start...].starts(with: "<!--".unicodeScalars)
      let close: Text = isComment ? "-->" : ">"
      let from = min(isComment ? start + 4 : start, text.count)
      guard let end = text.firstIndex(of: close, from: from, to: text.count) else { break }
      kept += text.scalars[position..<start]
      position = end + close.count
    }
    kept += text.scalars[position...]
    return .text(try Text(" ").joining(Text(kept).words(limit: .max), in: call.rendering))
  }
}
