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
  private let multiplier = UInt64.random(in: .min ... .max) | 1
  private(set) var count = 0

  /// - Parameter count: How many pairs are expected.
  init(reserving count: Int = 0) {
    var bits: UInt64 = 4
    while Double(1 << bits) * 0.7 < Double(count) { bits += 1 }
    shift = 64 - bits
    slots = [Slot](repeating: Slot(pair: Self.free, rank: .max, id: .max), count: 1 << Int(bits))
  }

  @inline(__always)
  fileprivate static func place(_ pair: UInt64, _ multiplier: UInt64, _ shift: UInt64) -> Int {
    let mixed = pair &* multiplier
    return Int(truncatingIfNeeded: ((mixed ^ mixed >> 32) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// Notes what a pair becomes; a pair that is known gets the new answer.
  mutating func insert(_ left: UInt32, _ right: UInt32, _ merge: PairMerge) {
    if Double(count + 1) > 0.7 * Double(slots.count) { grow() }
    let pair = UInt64(left) << 32 | UInt64(right)
    var place = Self.place(pair, multiplier, shift)
    while slots[place].pair != Self.free, slots[place].pair != pair {
      place = (place + 1) & (slots.count - 1)
    }
    if slots[place].pair == Self.free { count += 1 }
    slots[place] = Slot(pair: pair, rank: merge.rank, id: merge.id)
  }

  private mutating func grow() {
    let old = slots
    shift -= 1
    slots = [Slot](
      repeating: Slot(pair: Self.free, rank: .max, id: .max), count: 2 * old.count)
    for slot in old where slot.pair != Self.free {
      var place = Self.place(slot.pair, multiplier, shift)
      while slots[place].pair != Self.free { place = (place + 1) & (slots.count - 1) }
      slots[place] = slot
    }
  }

  /// What a pair becomes, or ``PairMerge/none``.
  subscript(left: UInt32, right: UInt32) -> PairMerge { withView { $0[left, right] } }

  /// Calls a closure for every pair.
  func forEach(_ body: (_ left: UInt32, _ right: UInt32, _ merge: PairMerge) -> Void) {
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
      try body(View(slots: slots, multiplier: multiplier, shift: shift))
    }
  }

  struct View {
    fileprivate let slots: UnsafeBufferPointer<Slot>
    fileprivate let multiplier: UInt64
    fileprivate let shift: UInt64

    /// What a pair becomes, or ``PairMerge/none``.
    @inline(__always)
    subscript(left: UInt32, right: UInt32) -> PairMerge {
      let pair = UInt64(left) << 32 | UInt64(right)
      var place = PairTable.place(pair, multiplier, shift)
      while true {
        let slot = slots[place]
        if slot.pair == pair { return PairMerge(rank: slot.rank, id: slot.id) }
        if slot.pair == PairTable.free { return .none }
        place = (place + 1) & (slots.count - 1)
      }
    }
  }
}
