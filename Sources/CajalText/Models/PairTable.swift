// SPDX-License-Identifier: Apache-2.0

/// What two neighbouring tokens become, and how urgent that is.
struct PairMerge: Equatable {
  /// The lowest goes first; between equals the leftmost.
  var rank: UInt32
  /// The token that takes the place of both.
  var id: UInt32

  /// The answer where two tokens never merge.
  static let none = PairMerge(rank: .max, id: .max)
}

/// The merges of a byte-pair vocabulary, by the numbers of both sides.
///
/// Open addressing over one machine word a pair, multiplied by a secret, so that nobody can write a
/// file whose pairs all collide.
struct PairTable: Sendable {
  fileprivate struct Slot {
    var pair: UInt64
    var rank: UInt32
    var id: UInt32
  }

  fileprivate static let free = UInt64.max
  private var slots: [Slot]
  private var shift: UInt64
  /// A bit for each hash that a pair has: most pairs that never merge are told without a look into
  /// the large table, which does not fit the near memories of a processor.
  private var presence: [UInt64]
  private var presenceShift: UInt64
  private let multiplier: UInt64
  private(set) var count = 0

  /// - Parameter count: How many pairs are expected.
  init(reserving count: Int = 0) {
    var bits: UInt64 = 4
    while Double(1 << bits) * 0.7 < Double(count) { bits += 1 }
    self.init(bits: bits, multiplier: UInt64.random(in: .min ... .max) | 1)
  }

  private init(bits: UInt64, multiplier: UInt64) {
    self.multiplier = multiplier
    shift = 64 - bits
    slots = [Slot](repeating: Slot(pair: Self.free, rank: .max, id: .max), count: 1 << Int(bits))
    let presenceBits = min(22, bits + 2)
    presenceShift = 64 - presenceBits
    presence = [UInt64](repeating: 0, count: 1 << Int(presenceBits - 6))
  }

  @inline(__always)
  fileprivate static func hash(_ pair: UInt64, _ multiplier: UInt64) -> UInt64 {
    let mixed = pair &* multiplier
    return (mixed ^ mixed >> 32) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Notes what a pair becomes; a pair that is known gets the new answer.
  mutating func insert(_ left: UInt32, _ right: UInt32, _ merge: PairMerge) {
    if Double(count + 1) > 0.7 * Double(slots.count) { grow() }
    let pair = UInt64(left) << 32 | UInt64(right)
    let hash = Self.hash(pair, multiplier)
    let bit = hash >> presenceShift
    presence[Int(bit >> 6)] |= 1 << (bit & 63)
    var place = Int(hash >> shift)
    while slots[place].pair != Self.free, slots[place].pair != pair {
      place = (place + 1) & (slots.count - 1)
    }
    if slots[place].pair == Self.free { count += 1 }
    slots[place] = Slot(pair: pair, rank: merge.rank, id: merge.id)
  }

  private mutating func grow() {
    var larger = PairTable(bits: 65 - shift, multiplier: multiplier)
    visit { larger.insert($0, $1, $2) }
    self = larger
  }

  /// What a pair becomes, or ``PairMerge/none``.
  subscript(left: UInt32, right: UInt32) -> PairMerge { withView { $0[left, right] } }

  /// Calls a closure for every pair.
  func visit(_ body: (_ left: UInt32, _ right: UInt32, _ merge: PairMerge) -> Void) {
    for slot in slots where slot.pair != Self.free {
      body(
        UInt32(slot.pair >> 32), UInt32(truncatingIfNeeded: slot.pair),
        PairMerge(rank: slot.rank, id: slot.id))
    }
  }

  /// Calls a closure with the table itself, for loops over a text.
  @inline(__always)
  func withView<Result, Failure: Error>(
    _ body: (View) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try slots.withUnsafeBufferPointer { slots throws(Failure) in
      try presence.withUnsafeBufferPointer { presence throws(Failure) in
        try body(
          View(
            slots: slots, presence: presence, multiplier: multiplier, shift: shift,
            presenceShift: presenceShift))
      }
    }
  }

  struct View {
    fileprivate let slots: UnsafeBufferPointer<Slot>
    fileprivate let presence: UnsafeBufferPointer<UInt64>
    fileprivate let multiplier: UInt64
    fileprivate let shift: UInt64
    fileprivate let presenceShift: UInt64

    /// What a pair becomes, or ``PairMerge/none``.
    @inline(__always)
    subscript(left: UInt32, right: UInt32) -> PairMerge {
      let pair = UInt64(left) << 32 | UInt64(right)
      let hash = PairTable.hash(pair, multiplier)
      let bit = hash >> presenceShift
      if presence[Int(truncatingIfNeeded: bit >> 6)] >> (bit & 63) & 1 == 0 { return .none }
      var place = Int(truncatingIfNeeded: hash >> shift)
      while true {
        let slot = slots[place]
        if slot.pair == pair { return PairMerge(rank: slot.rank, id: slot.id) }
        if slot.pair == PairTable.free { return .none }
        place = (place + 1) & (slots.count - 1)
      }
    }
  }
}
