// SPDX-License-Identifier: Apache-2.0

/// JSON that is put together piece by piece, for results that are too long for an encoder.
///
/// Where a person's terminal shows it, everything that is invisible or could deceive is written as
/// `\u` escapes: the same JSON to a program, and harmless.
public struct JSONBytes: Sendable {
  private var bytes: [UInt8] = []
  private let isForTerminal: Bool

  /// Nothing yet; `isForTerminal` escapes what a terminal might obey.
  public init(isForTerminal: Bool) { self.isForTerminal = isForTerminal }

  /// How many bytes there are.
  public var count: Int { bytes.count }

  /// What was put together so far; begins anew.
  public mutating func take() -> String {
    defer { bytes.removeAll(keepingCapacity: true) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Takes the last bytes away again.
  mutating func removeLast(_ count: Int) { bytes.removeLast(count) }

  /// Appends plain ASCII: brackets, commas, names.
  public mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes += $0 }
  }

  /// Appends a number.
  public mutating func integer(_ value: Int) {
    if value < 10, value >= 0 {
      bytes.append(0x30 + UInt8(value))
    } else {
      bytes += String(value).utf8
    }
  }

  /// Appends numbers as a list.
  public mutating func integers(_ values: some Sequence<Int>) {
    list(values) { json, value in json.integer(value) }
  }

  /// Appends a list.
  public mutating func list<Element>(
    _ elements: some Sequence<Element>, _ append: (inout JSONBytes, Element) -> Void
  ) {
    raw("[")
    var isFirst = true
    for element in elements {
      if !isFirst { raw(", ") }
      isFirst = false
      append(&self, element)
    }
    raw("]")
  }

  /// Appends a stretch of a text as `[start, end]`.
  public mutating func range(_ range: Range<Int>) {
    raw("[")
    integer(range.lowerBound)
    raw(", ")
    integer(range.upperBound)
    raw("]")
  }

  /// Appends a text in quotes.
  public mutating func text(_ text: String) {
    bytes.append(0x22)
    if isForTerminal {
      for scalar in text.unicodeScalars { appendVisible(scalar) }
    } else {
      var text = text
      text.withUTF8 { for byte in $0 { append(byte) } }
    }
    bytes.append(0x22)
  }

  private mutating func append(_ byte: UInt8) {
    switch byte {
    case 0x22, 0x5C:
      bytes.append(0x5C)
      bytes.append(byte)
    case 0x0A: raw(#"\n"#)
    case 0x0D: raw(#"\r"#)
    case 0x09: raw(#"\t"#)
    case 0..<0x20, 0x7F: escape(UInt32(byte))
    default: bytes.append(byte)
    }
  }

  private mutating func appendVisible(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { return append(UInt8(scalar.value)) }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
      .surrogate, .nonspacingMark, .enclosingMark:
      for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { escape(UInt32(unit)) }
    default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
  }

  private mutating func escape(_ unit: UInt32) {
    raw(#"\u"#)
    for shift in [12, 8, 4, 0] as [UInt32] {
      let digit = UInt8(unit >> shift & 0xF)
      bytes.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
    }
  }
}
