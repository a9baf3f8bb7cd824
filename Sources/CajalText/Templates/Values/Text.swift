// SPDX-License-Identifier: Apache-2.0

/// A text as Python counts it: in Unicode scalars, equal only where every scalar is.
struct Text: Hashable, Sendable, ExpressibleByStringLiteral {
  var scalars: [Unicode.Scalar]
  /// Marked as safe for HTML (`|safe`, `|escape`): what is joined to it is escaped.
  var isMarkup = false

  init(_ scalars: [Unicode.Scalar], isMarkup: Bool = false) {
    self.scalars = scalars
    self.isMarkup = isMarkup
  }

  init(_ scalars: ArraySlice<Unicode.Scalar>, isMarkup: Bool = false) {
    self.init(Array(scalars), isMarkup: isMarkup)
  }

  init(_ string: String) { scalars = Array(string.unicodeScalars) }

  init(stringLiteral value: String) { self.init(value) }

  var count: Int { scalars.count }
  var isEmpty: Bool { scalars.isEmpty }

  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  static func == (left: Text, right: Text) -> Bool { left.scalars == right.scalars }

  func hash(into hasher: inout Hasher) { hasher.combine(scalars) }
}

// MARK: - Searching
extension Text {
  /// The positions where `part` stands, from left to right and without overlap, up to a limit.
  func ranges(of part: Text, limit: Int = .max) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var position = 0
    while found.count < limit, let start = firstIndex(of: part, from: position, to: count) {
      found.append(start..<start + part.count)
      position = start + part.count
    }
    return found
  }

  /// Where `part`, which is not empty, first stands within bounds.
  ///
  /// Knuth, Morris and Pratt: linear whatever the text.
  func firstIndex(of part: Text, from start: Int, to end: Int) -> Int? {
    guard part.count <= end - start else { return nil }
    if part.isEmpty { return start }
    if part.count == 1 { return scalars[start..<end].firstIndex(of: part.scalars[0]) }
    let borders = part.borders
    var matched = 0
    for index in start..<end {
      while matched > 0, scalars[index] != part.scalars[matched] { matched = borders[matched - 1] }
      if scalars[index] == part.scalars[matched] { matched += 1 }
      if matched == part.count { return index - matched + 1 }
    }
    return nil
  }

  /// Where `part` last stands within bounds.
  func lastIndex(of part: Text, from start: Int, to end: Int) -> Int? {
    guard start <= end else { return nil }
    let mirrored = Text(scalars[start..<end].reversed())
    let wanted = Text(part.scalars.reversed())
    guard let index = mirrored.firstIndex(of: wanted, from: 0, to: mirrored.count) else {
      return nil
    }
    return end - index - part.count
  }

  func contains(_ part: Text) -> Bool { firstIndex(of: part, from: 0, to: count) != nil }

  /// For each prefix the length of its longest proper border.
  private var borders: [Int] {
    var borders = [Int](repeating: 0, count: count)
    var matched = 0
    for index in 1..<max(count, 1) {
      while matched > 0, scalars[index] != scalars[matched] { matched = borders[matched - 1] }
      if scalars[index] == scalars[matched] { matched += 1 }
      borders[index] = matched
    }
    return borders
  }
}

// MARK: - Trimming
extension Text {
  /// Without the scalars at both ends (or one) that `isUnwanted` names.
  func trimmed(
    leading: Bool = true, trailing: Bool = true, where isUnwanted: (Unicode.Scalar) -> Bool
  ) -> Text {
    var start = 0
    var end = count
    while leading, start < end, isUnwanted(scalars[start]) { start += 1 }
    while trailing, end > start, isUnwanted(scalars[end - 1]) { end -= 1 }
    return Text(scalars[start..<end], isMarkup: isMarkup)
  }

  /// The text with `&`, `<`, `>` and quotes written as HTML entities; markup stays as it is.
  var escaped: Text {
    if isMarkup { return self }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(count)
    for scalar in scalars {
      switch scalar {
      case "&": result += "&amp;".unicodeScalars
      case "<": result += "&lt;".unicodeScalars
      case ">": result += "&gt;".unicodeScalars
      case "'": result += "&#39;".unicodeScalars
      case "\"": result += "&#34;".unicodeScalars
      default: result.append(scalar)
      }
    }
    return Text(result, isMarkup: true)
  }
}
