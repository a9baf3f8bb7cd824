// SPDX-License-Identifier: Apache-2.0

/// `Precompiled`: the rewriting rules of a SentencePiece model, applied as the reference does.
///
/// A grapheme cluster of fewer than six bytes is replaced whole when a rule fits its beginning, the
/// shortest that does; otherwise its scalars are looked at one by one. SentencePiece itself takes the
/// longest rule at each place.
///
/// - Reference: `normalizers/precompiled.rs` of <https://github.com/huggingface/tokenizers> and
///   <https://github.com/huggingface/spm_precompiled>.
struct PrecompiledNormalizer: NormalizationStep {
  let map: PrecompiledMap
  /// Which characters of ASCII stay, whatever follows in ASCII.
  private let stays: [Bool]

  /// - Parameter bytes: The map, not in Base64.
  init(_ bytes: [UInt8]) throws(TextError) {
    map = try PrecompiledMap(bytes)
    var stays: [Bool] = []
    for byte in UInt8.min..<0x80 {
      let rule = try Self.rule(map, byte)
      stays.append(rule == nil && byte != 0x0D)
    }
    self.stays = stays
  }

  private static func rule(
    _ map: PrecompiledMap, _ byte: UInt8
  ) throws(TextError) -> PrecompiledMap.Rule? {
    try [byte].withUnsafeBufferPointer { bytes throws(TextError) in
      try map.shortest(bytes, in: 0..<1)
    }
  }

  func apply(to text: inout AlignedText) throws(TextError) {
    try text.rewrite { text throws(TextError) in
      var writing = RuleWriting()
      let old = text.old
      try old.withUnsafeBufferPointer { bytes throws(TextError) in
        var position = 0
        while position < bytes.count {
          let end = endOfStaying(bytes, from: position)
          if end > position {
            writing.keep(position..<end, bytes, &text)
            position = end
          } else {
            position = try rewriteCluster(bytes, at: position, &writing, &text)
          }
        }
        writing.finish(bytes, &text)
      }
    }
  }

  /// The end of the characters that stay and are clusters by themselves: a mark may follow the last.
  private func endOfStaying(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    stays.withUnsafeBufferPointer { stays in
      var end = start
      while end < bytes.count, bytes[end] < 0x80, stays[Int(bytes[end])] { end += 1 }
      return end < bytes.count && bytes[end] >= 0x80 && end > start ? end - 1 : end
    }
  }

  private func rewriteCluster(
    _ bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ writing: inout RuleWriting,
    _ text: inout Rewriting
  ) throws(TextError) -> Int {
    let end = GraphemeClusters.shared.end(in: bytes, from: start)
    if end - start < 6, let rule = try map.shortest(bytes, in: start..<end) {
      writing.replace(start..<end, with: map[rule.text], bytes, &text)
      return end
    }
    var position = start
    while position < end {
      let next = position + lengthOfScalar(beginningWith: bytes[position])
      if let rule = try map.shortest(bytes, in: position..<next) {
        writing.replace(position..<next, with: map[rule.text], bytes, &text)
      } else {
        writing.keep(position..<next, bytes, &text)
      }
      position = next
    }
    return end
  }
}

/// Writes what rules make, with what each new character stands for.
///
/// The reference keeps a list of new characters, each with a change: 0 stands in the place of an old
/// character, 1 is inserted, −n takes the place of n + 1. A text of m characters for n has m − n
/// inserted at its end; where m is less, the last has the change m − n. What is left out altogether
/// changes the character before, whatever that was; at the beginning there is none, and all that
/// follows then stands for as many characters too early. So it is here.
private struct RuleWriting {
  /// The last new character, until it is known that nothing after it is left out.
  private var pending: (scalar: UInt32, change: Int)?
  private var hasWritten = false
  /// Whether characters at the beginning were left out.
  private var isLate = false

  mutating func keep(
    _ range: Range<Int>, _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    release(old, &text)
    hasWritten = true
    guard isLate else { return text.keep(range.count) }
    var position = range.lowerBound
    while position < range.upperBound {
      let (scalar, length) = old.scalar(at: position)
      release(old, &text)
      pending = (scalar, 0)
      position += length
    }
  }

  mutating func replace(
    _ range: Range<Int>, with new: ArraySlice<UInt8>, _ old: UnsafeBufferPointer<UInt8>,
    _ text: inout Rewriting
  ) {
    let replaced = Self.count(UnsafeBufferPointer(rebasing: old[range]))
    guard !new.isEmpty else { return leaveOut(replaced, range.count, &text) }
    new.withUnsafeBufferPointer { new in
      let added = Self.count(new) - replaced
      var (position, index) = (0, 0)
      while position < new.count {
        let (scalar, length) = new.scalar(at: position)
        release(old, &text)
        pending = (scalar, index >= replaced ? 1 : 0)
        position += length
        index += 1
      }
      if added < 0 { pending?.change = added }
    }
    hasWritten = true
  }

  private mutating func leaveOut(_ scalars: Int, _ bytes: Int, _ text: inout Rewriting) {
    if pending != nil {
      pending?.change -= scalars
    } else if hasWritten {
      text.drop(bytes)
    } else {
      isLate = true
    }
  }

  private mutating func release(
    _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    guard let (scalar, change) = pending else { return }
    pending = nil
    if let scalar = Unicode.Scalar(scalar) {
      text.put(scalar, replacing: text.bytes(replacedBy: change, old))
    }
  }

  mutating func finish(_ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting) {
    release(old, &text)
    text.drop(text.remaining)
  }

  private static func count(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }
}
