// SPDX-License-Identifier: Apache-2.0

/// Byte-pair encoding as its definition says, without any haste: the reference for the model.
enum PlainMerging {
  /// Joins the leftmost pair of the lowest rank until none is left.
  ///
  /// - Parameter rank: The rank of two neighbours, or nil where they are not joined.
  static func merged(_ symbols: [String], rank: (String, String) -> Int?) -> [String] {
    var symbols = symbols
    while true {
      var best: (rank: Int, place: Int)?
      for place in symbols.indices.dropLast() {
        guard let rank = rank(symbols[place], symbols[place + 1]) else { continue }
        if best == nil || rank < best?.rank ?? 0 { best = (rank, place) }
      }
      guard let place = best?.place else { return symbols }
      symbols[place] += symbols.remove(at: place + 1)
    }
  }
}

/// A multiplicative generator, so that a failure can be repeated.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

  mutating func word(_ letters: [String], _ lengths: ClosedRange<Int>) -> String {
    let count = Int.random(in: lengths, using: &self)
    return (0..<count).map { _ in letters[below(letters.count)] }.joined()
  }
}
