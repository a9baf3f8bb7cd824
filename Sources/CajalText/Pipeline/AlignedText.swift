// SPDX-License-Identifier: Apache-2.0

/// UTF-8 on its way to the model, and where in the original each byte comes from.
///
/// As long as nothing has changed no sources are kept. A text that nobody wants offsets of never has
/// any.
struct AlignedText: Sendable {
  /// The text as it is now; always valid UTF-8.
  private(set) var bytes: [UInt8]
  /// For every byte the span of the original, in bytes, that its character stands for; nil while the
  /// text is unchanged: byte `i` then is byte `base + i` of the original.
  private(set) var sources: [ByteSpan]?
  /// Where the stretch begins in the original.
  let base: Int
  /// Whether sources are kept when the text changes.
  let isTracked: Bool

  /// A stretch of the original.
  init(_ bytes: [UInt8], base: Int = 0, isTracked: Bool) {
    self.bytes = bytes
    self.base = base
    self.isTracked = isTracked
  }

  private init(_ bytes: [UInt8], _ sources: [ByteSpan]?, base: Int, isTracked: Bool) {
    (self.bytes, self.sources, self.base, self.isTracked) = (bytes, sources, base, isTracked)
  }

  /// A part of the text with its own sources; the span has whole characters.
  func slice(_ span: ByteSpan) -> AlignedText {
    AlignedText(
      Array(bytes[span.range]), sources.map { Array($0[span.range]) },
      base: base + Int(span.start), isTracked: isTracked)
  }

  /// The bytes of the original that a stretch stands for, widened to whole characters.
  func source(of span: ByteSpan) -> ByteSpan {
    if let sources { return Self.source(of: span, sources, base) }
    guard !span.isEmpty else { return ByteSpan(base + Int(span.start)..<base + Int(span.start)) }
    var (start, end) = (Int(span.start), Int(span.end))
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return ByteSpan(base + start..<base + end)
  }

  private static func source(of span: ByteSpan, _ sources: [ByteSpan], _ base: Int) -> ByteSpan {
    if span.isEmpty {
      let edge =
        span.start > 0
        ? sources[Int(span.start) - 1].end : sources.first?.start ?? UInt32(base)
      return ByteSpan(edge, edge)
    }
    let (first, last) = (sources[Int(span.start)], sources[Int(span.end) - 1])
    return ByteSpan(first.start, max(first.start, last.end))
  }
}

// MARK: - Rewriting
extension AlignedText {
  /// Puts another text in the place of this one.
  ///
  /// - Parameter origins: For every new byte where in the old text it begins, and where the last ends;
  ///   they never decrease. Empty where nobody wants offsets.
  mutating func replace(_ new: [UInt8], origins: [UInt32]) {
    if isTracked {
      precondition(
        origins.count == new.count + 1 || new.isEmpty && origins.isEmpty,
        "\(new.count) bytes with \(origins.count) origins")
      sources = new.indices.map { index in
        let (start, end) = (origins[index], origins[index + 1])
        guard let sources else { return ByteSpan(base + Int(start)..<base + Int(end)) }
        return Self.source(of: ByteSpan(start, end), sources, base)
      }
    }
    bytes = new
  }

  /// Rewrites the text from left to right; what the body has not read is kept.
  ///
  /// Costs nothing where the body only keeps.
  mutating func rewrite<Failure: Error>(
    _ body: (inout Rewriting) throws(Failure) -> Void
  ) throws(Failure) {
    var rewriting = Rewriting(bytes, sources, base: base, isTracked: isTracked)
    try body(&rewriting)
    guard let (bytes, sources) = rewriting.finish() else { return }
    self.bytes = bytes
    self.sources = sources
  }
}

/// A text while it is rewritten: a reading position in the old bytes and a growing new text.
///
/// A new character that takes the place of old ones stands for what the first of these stood for; one
/// that is inserted stands for what the character before it stood for. So the reference has it.
struct Rewriting {
  /// The text before.
  let old: [UInt8]
  /// The next old byte; always at the beginning of a character.
  private(set) var position = 0
  private let oldSources: [ByteSpan]?
  private let base: Int
  private let isTracked: Bool
  private var hasChanged = false
  private var new: [UInt8] = []
  private var newSources: [ByteSpan] = []

  fileprivate init(_ old: [UInt8], _ sources: [ByteSpan]?, base: Int, isTracked: Bool) {
    (self.old, oldSources, self.base, self.isTracked) = (old, sources, base, isTracked)
  }

  /// How many bytes are left to read.
  var remaining: Int { old.count - position }

  /// How long the new text is so far.
  var newCount: Int { hasChanged ? new.count : position }

  /// Takes some old bytes over as they are.
  mutating func keep(_ count: Int) {
    let range = position..<position + count
    position += count
    if hasChanged { copy(range) }
  }

  /// Leaves some old bytes out.
  mutating func drop(_ count: Int) {
    guard count > 0 else { return }
    change()
    position += count
  }

  /// Writes a character, or several, in the place of some old bytes; of none to insert.
  mutating func put(_ bytes: some Collection<UInt8>, replacing count: Int) {
    change()
    new.append(contentsOf: bytes)
    if isTracked {
      let source = count > 0 ? source(at: position) : sourceBefore
      newSources.append(contentsOf: repeatElement(source, count: bytes.count))
    }
    position += count
  }

  /// Writes a character in the place of some old bytes; of none to insert.
  mutating func put(_ scalar: Unicode.Scalar, replacing count: Int) {
    change()
    let before = new.count
    switch scalar.value {
    case ..<0x80: new.append(UInt8(scalar.value))
    case ..<0x800:
      new.append(UInt8(0xC0 | scalar.value >> 6))
      new.append(UInt8(0x80 | scalar.value & 0x3F))
    case ..<0x10000:
      new.append(UInt8(0xE0 | scalar.value >> 12))
      new.append(UInt8(0x80 | scalar.value >> 6 & 0x3F))
      new.append(UInt8(0x80 | scalar.value & 0x3F))
    default:
      new.append(UInt8(0xF0 | scalar.value >> 18))
      new.append(UInt8(0x80 | scalar.value >> 12 & 0x3F))
      new.append(UInt8(0x80 | scalar.value >> 6 & 0x3F))
      new.append(UInt8(0x80 | scalar.value & 0x3F))
    }
    if isTracked {
      let source = count > 0 ? source(at: position) : sourceBefore
      for _ in before..<new.count { newSources.append(source) }
    }
    position += count
  }

  /// Writes characters of ASCII in the place of as many others.
  mutating func map(_ count: Int, through map: ASCIIMap) {
    let end = position + count
    if !hasChanged {
      let unchanged = old.withUnsafeBufferPointer {
        map.unchanged(UnsafeBufferPointer(rebasing: $0[position..<end]))
      }
      position += unchanged
      guard position < end else { return }
      change()
    }
    let start = new.count
    copy(position..<end)
    new.withUnsafeMutableBufferPointer {
      map.apply(to: UnsafeMutableBufferPointer(rebasing: $0[start...]))
    }
    position = end
  }

  /// What the old character at a byte stands for.
  func source(at index: Int) -> ByteSpan {
    if let oldSources { return oldSources[index] }
    var (start, end) = (index, index + 1)
    while start > 0, old[start] & 0xC0 == 0x80 { start -= 1 }
    while end < old.count, old[end] & 0xC0 == 0x80 { end += 1 }
    return ByteSpan(base + start..<base + end)
  }

  private var sourceBefore: ByteSpan {
    position > 0 ? source(at: position - 1) : ByteSpan(base..<base)
  }

  /// From here on the new text is another one.
  private mutating func change() {
    guard !hasChanged else { return }
    hasChanged = true
    new.reserveCapacity(old.count + old.count / 8 + 16)
    if isTracked { newSources.reserveCapacity(old.count + old.count / 8 + 16) }
    copy(0..<position)
  }

  private mutating func copy(_ range: Range<Int>) {
    new.append(contentsOf: old[range])
    guard isTracked else { return }
    if let oldSources {
      newSources.append(contentsOf: oldSources[range])
      return
    }
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start + 1
      while end < range.upperBound, old[end] & 0xC0 == 0x80 { end += 1 }
      let source = ByteSpan(base + start..<base + end)
      for _ in start..<end { newSources.append(source) }
      start = end
    }
  }

  fileprivate mutating func finish() -> ([UInt8], [ByteSpan]?)? {
    keep(remaining)
    return hasChanged ? (new, isTracked ? newSources : nil) : nil
  }
}
