// SPDX-License-Identifier: Apache-2.0

/// The methods of texts, by name; their groups are files of their own.
///
/// - Source: <https://docs.python.org/3.11/library/stdtypes.html#string-methods>
enum TextMethods {
  typealias Body = @Sendable (MethodCall, Text) throws(TextError) -> Value

  private static let table: [String: Body] = [
    "capitalize": capitalize, "casefold": casefold, "center": center, "count": count,
    "endswith": endsWith, "expandtabs": expandTabs, "find": find, "format": format,
    "format_map": formatMap, "index": index, "isalnum": isAlphanumeric, "isalpha": isAlphabetic,
    "isascii": isASCII, "isdecimal": isDecimal, "isdigit": isDigit, "isidentifier": isIdentifier,
    "islower": isLowercase, "isnumeric": isNumeric, "isprintable": isPrintable,
    "isspace": isSpace, "istitle": isTitlecase, "isupper": isUppercase, "join": join,
    "ljust": leftJustify, "lower": lower, "lstrip": strip, "partition": partition,
    "removeprefix": removePrefix, "removesuffix": removeSuffix, "replace": replace, "rfind": find,
    "rindex": index, "rjust": rightJustify, "rpartition": partition, "rsplit": split,
    "rstrip": strip, "split": split, "splitlines": splitLines, "startswith": startsWith,
    "strip": strip, "swapcase": swapCase, "title": title, "upper": upper, "zfill": fillWithZeros,
    "striptags": stripTags,
  ]

  static func call(_ call: MethodCall, on text: Text) throws(TextError) -> Value {
    guard let body = table[call.name] else { throw call.unsupported }
    try call.rendering.spend(steps: text.count / 16)
    let result = try body(call, text)
    if case .text(let made) = result { try call.rendering.spend(scalars: made.count) }
    return result
  }
}

// MARK: - Parts
extension TextMethods {
  static func strip(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let characters = try call.values(["chars"])[0] ?? .none
    let (leading, trailing) = (call.name != "rstrip", call.name != "lstrip")
    if characters.isNone {
      return .text(
        text.trimmed(leading: leading, trailing: trailing, where: PythonCharacter.isSpace))
    }
    guard case .text(let unwanted) = characters else {
      throw .failure(.type, "\(call.name) arg must be None or str")
    }
    let set = Set(unwanted.scalars)
    return .text(text.trimmed(leading: leading, trailing: trailing) { set.contains($0) })
  }

  static func split(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let values = try call.values(["sep", "maxsplit"], positionalOnly: false)
    var limit = try values[1].map { value throws(TextError) in try call.whole(value) } ?? -1
    if limit < 0 { limit = .max }
    let isFromRight = call.name == "rsplit"
    let source = isFromRight ? text.reversed : text
    var parts: [Text]
    switch values[0] ?? .none {
    case .none: parts = source.words(limit: limit)
    case .text(let separator):
      guard !separator.isEmpty else { throw .failure(.value, "empty separator") }
      let mark = isFromRight ? separator.reversed : separator
      parts = source.parts(between: source.ranges(of: mark, limit: limit))
    case let other: throw .failure(.type, "must be str or None, not \(other.typeName)")
    }
    if isFromRight { parts = parts.reversed().map(\.reversed) }
    try call.rendering.spend(steps: parts.count)
    try call.rendering.spend(scalars: text.count)
    return try .list(parts.map { .text($0) })
  }

  static func splitLines(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let value = try call.values(["keepends"], positionalOnly: false)[0]
    let keepsEnds = try value.map { value throws(TextError) in try call.whole(value) != 0 } ?? false
    let lines = text.lines(keepingEnds: keepsEnds)
    try call.rendering.spend(steps: lines.count)
    try call.rendering.spend(scalars: text.count)
    return try .list(lines.map { .text($0) })
  }

  static func partition(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let values = try call.values(["sep"], required: 1)
    guard case .text(let separator)? = values[0] else {
      throw .failure(.type, "must be str, not \((values[0] ?? .none).typeName)")
    }
    guard !separator.isEmpty else { throw .failure(.value, "empty separator") }
    let isFromRight = call.name == "rpartition"
    let place =
      isFromRight
      ? text.lastIndex(of: separator, from: 0, to: text.count)
      : text.firstIndex(of: separator, from: 0, to: text.count)
    let empty = Text([], isMarkup: text.isMarkup)
    guard let place else {
      return try .tuple(
        (isFromRight ? [empty, empty, text] : [text, empty, empty]).map { .text($0) })
    }
    return try .tuple(
      [
        Text(text.scalars[..<place], isMarkup: text.isMarkup),
        Text(separator.scalars, isMarkup: text.isMarkup),
        Text(text.scalars[(place + separator.count)...], isMarkup: text.isMarkup),
      ].map { .text($0) })
  }

  static func removePrefix(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let prefix = try affix(call)
    guard !prefix.isEmpty, text.scalars.starts(with: prefix.scalars) else { return .text(text) }
    return .text(Text(text.scalars.dropFirst(prefix.count), isMarkup: text.isMarkup))
  }

  static func removeSuffix(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let suffix = try affix(call)
    guard !suffix.isEmpty, text.reversed.scalars.starts(with: suffix.scalars.reversed()) else {
      return .text(text)
    }
    return .text(Text(text.scalars.dropLast(suffix.count), isMarkup: text.isMarkup))
  }

  private static func affix(_ call: MethodCall) throws(TextError) -> Text {
    let value = try call.values(["prefix"], required: 1)[0] ?? .none
    guard case .text(let text) = value else {
      throw .failure(.type, "\(call.name)() argument must be str, not \(value.typeName)")
    }
    return text
  }
}

extension Text {
  var reversed: Text { Text(scalars.reversed(), isMarkup: isMarkup) }

  /// What lies between, before and after the ranges.
  func parts(between ranges: [Range<Int>]) -> [Text] {
    var parts: [Text] = []
    var start = 0
    for range in ranges {
      parts.append(Text(scalars[start..<range.lowerBound], isMarkup: isMarkup))
      start = range.upperBound
    }
    parts.append(Text(scalars[start...], isMarkup: isMarkup))
    return parts
  }

  /// The parts between runs of white space; after `limit` cuts the rest stays whole.
  func words(limit: Int) -> [Text] {
    var words: [Text] = []
    var position = 0
    while true {
      while position < count, PythonCharacter.isSpace(scalars[position]) { position += 1 }
      guard position < count else { return words }
      guard words.count < limit else {
        let rest = Text(scalars[position...], isMarkup: isMarkup)
        return words + [rest.trimmed(leading: false, where: PythonCharacter.isSpace)]
      }
      let start = position
      while position < count, !PythonCharacter.isSpace(scalars[position]) { position += 1 }
      words.append(Text(scalars[start..<position], isMarkup: isMarkup))
    }
  }

  /// The lines; `\r\n` is one end.
  func lines(keepingEnds: Bool) -> [Text] {
    var lines: [Text] = []
    var start = 0
    while start < count {
      var end = start
      while end < count, !PythonCharacter.endsLine(scalars[end]) { end += 1 }
      var next = min(end + 1, count)
      if end + 1 < count, scalars[end] == "\r", scalars[end + 1] == "\n" { next = end + 2 }
      lines.append(Text(scalars[start..<(keepingEnds ? next : end)], isMarkup: isMarkup))
      start = next
    }
    return lines
  }
}
