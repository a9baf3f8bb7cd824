// SPDX-License-Identifier: Apache-2.0

/// Remembers the tokens of short pieces of text: language repeats itself, so a word is merged once.
///
/// Two tables of fixed size, for pieces of up to 15 and up to 63 bytes, in sets of two entries of
/// which the older makes room. The bytes of a piece are part of its entry and are compared, so what is
/// remembered is always right.
struct PieceMemory: ~Copyable {
  /// The longest piece in bytes that can be remembered.
  static let longest = 63
  /// The longest piece of the short table.
  private static let longestShort = 15
  /// Machine words an entry of the short table: two of key, two with up to four tokens.
  private static let shortStride = 4
  /// Machine words an entry of the long table: eight of key, eight with up to sixteen tokens.
  private static let longStride = 16
  /// Stands behind the last token.
  private static let end = UInt32.max

  /// What an answer is for: a model may treat a whole piece and a part of one differently.
  enum Kind: UInt8 {
    case whole = 0
    case part = 0x80
  }

  private let hash = ByteHash()
  private let short: UnsafeMutablePointer<UInt64>
  private let long: UnsafeMutablePointer<UInt64>
  private let longKey: UnsafeMutablePointer<UInt64>
  private let shortShift: UInt64
  private let longShift: UInt64

  /// - Parameter bits: The logarithm of the number of short entries, of 32 bytes each; long ones are
  ///   a quarter as many.
  init(bits: Int = 16) {
    let longBits = max(2, bits - 2)
    // An entry of zeros has a piece of no bytes, which nobody asks for.
    short = Self.zeros(Self.shortStride << bits)
    long = Self.zeros(Self.longStride << longBits)
    longKey = Self.zeros(8)
    shortShift = UInt64(65 - bits)
    longShift = UInt64(65 - longBits)
  }

  deinit {
    short.deallocate()
    long.deallocate()
    longKey.deallocate()
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<UInt64> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * count, alignment: 64)
    return memory.initializeMemory(as: UInt64.self, repeating: 0, count: count)
  }
}

// MARK: - Asking
extension PieceMemory {
  /// The tokens of a piece that is remembered.
  struct Answer {
    fileprivate let ids: UnsafeRawPointer
    fileprivate let room: Int

    /// Calls a closure for each token.
    @inline(__always)
    func visit(_ body: (UInt32) -> Void) {
      var index = 0
      while index < room {
        let id = ids.load(fromByteOffset: 4 * index, as: UInt32.self)
        if id == end { return }
        body(id)
        index += 1
      }
    }
  }

  /// The tokens of a piece; nil where it is not remembered.
  ///
  /// The piece has 1 to ``longest`` bytes. The answer holds until something else is remembered.
  @inline(__always)
  func recall(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int, _ kind: Kind
  ) -> Answer? {
    if count <= Self.longestShort {
      let key = Self.key(text, start, count, kind)
      let entry = shortSet(key)
      if entry[1] == key.high, entry[0] == key.low { return Answer(ids: entry + 2, room: 4) }
      let older = entry + Self.shortStride
      if older[1] == key.high, older[0] == key.low { return Answer(ids: older + 2, room: 4) }
    }
    return recallLong(text, start, count, kind)
  }

  /// Appends the tokens of a piece that is remembered as `MemoryWords` have it: each with its number and,
  /// in the highest byte, how many bytes it stands for. False where the piece is not remembered.
  @inline(__always)
  func recall(
    _ piece: ByteSpan, _ text: UnsafeBufferPointer<UInt8>, into run: inout TokenRun
  ) -> Bool {
    guard piece.count <= Self.longest,
      let answer = recall(text, Int(piece.start), piece.count, .whole)
    else { return false }
    var position = piece.start
    answer.visit { word in
      let next = position + word >> 24
      run.append(Int(word & 0xFF_FFFF), ByteSpan(position, next))
      position = next
    }
    return true
  }

  @inline(never)
  private func recallLong(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int, _ kind: Kind
  ) -> Answer? {
    let entry = longSet(text, start, count, kind)
    if matches(entry) { return Answer(ids: entry + 8, room: 16) }
    let older = entry + Self.longStride
    return matches(older) ? Answer(ids: older + 8, room: 16) : nil
  }
}

// MARK: - Keys
extension PieceMemory {
  /// A short piece as two words, its length and kind in the highest byte.
  @inline(__always)
  private static func key(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int, _ kind: Kind
  ) -> (low: UInt64, high: UInt64) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    if start + 16 <= text.count, let base = text.baseAddress {
      let raw = UnsafeRawPointer(base + start)
      low = raw.loadUnaligned(as: UInt64.self)
      high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      let bits = UInt64(truncatingIfNeeded: 8 * count)
      if count < 8 {
        (low, high) = (low & ((1 &<< bits) &- 1), 0)
      } else {
        high &= (1 &<< (bits &- 64)) &- 1
      }
    } else {
      for index in 0..<min(8, count) { low |= UInt64(text[start + index]) << UInt64(8 * index) }
      for index in 8..<max(8, count) {
        high |= UInt64(text[start + index]) << UInt64(8 * (index - 8))
      }
    }
    return (low, high | UInt64(UInt8(truncatingIfNeeded: count) | kind.rawValue) << 56)
  }

  @inline(__always)
  private func shortSet(_ key: (low: UInt64, high: UInt64)) -> UnsafeMutablePointer<UInt64> {
    let set = hash(key.low, key.high) >> shortShift
    return short + 2 * Self.shortStride * Int(truncatingIfNeeded: set)
  }

  /// Puts a long piece into ``longKey`` and gives the first of the two entries where it may stand.
  private func longSet(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int, _ kind: Kind
  ) -> UnsafeMutablePointer<UInt64> {
    for index in 0..<8 { longKey[index] = 0 }
    let raw = UnsafeMutableRawPointer(longKey)
    if let base = text.baseAddress { raw.copyMemory(from: base + start, byteCount: count) }
    raw.storeBytes(
      of: UInt8(truncatingIfNeeded: count) | kind.rawValue, toByteOffset: 63, as: UInt8.self)
    var state = hash(longKey[0], longKey[1])
    for index in stride(from: 2, to: 8, by: 2) {
      state = hash(longKey[index] ^ state, longKey[index + 1])
    }
    return long + 2 * Self.longStride * Int(truncatingIfNeeded: state >> longShift)
  }

  private func matches(_ entry: UnsafeMutablePointer<UInt64>) -> Bool {
    var difference: UInt64 = 0
    for index in 0..<8 { difference |= entry[index] ^ longKey[index] }
    return difference == 0
  }
}

// MARK: - Remembering
extension PieceMemory {
  /// Notes the tokens of a piece, if there is room for so many.
  func remember(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int, _ kind: Kind,
    _ tokens: UnsafeBufferPointer<UInt32>
  ) {
    if count <= Self.longestShort, tokens.count <= 4 {
      let key = Self.key(text, start, count, kind)
      let entry = shortSet(key)
      for index in 0..<Self.shortStride { entry[Self.shortStride + index] = entry[index] }
      (entry[0], entry[1]) = (key.low, key.high)
      Self.store(tokens, entry + 2, room: 4)
    } else if tokens.count <= 16 {
      let entry = longSet(text, start, count, kind)
      for index in 0..<Self.longStride { entry[Self.longStride + index] = entry[index] }
      for index in 0..<8 { entry[index] = longKey[index] }
      Self.store(tokens, entry + 8, room: 16)
    }
  }

  private static func store(
    _ tokens: UnsafeBufferPointer<UInt32>, _ words: UnsafeMutablePointer<UInt64>, room: Int
  ) {
    let ids = UnsafeMutableRawPointer(words)
    for index in 0..<room {
      ids.storeBytes(
        of: index < tokens.count ? tokens[index] : end, toByteOffset: 4 * index, as: UInt32.self)
    }
  }
}
