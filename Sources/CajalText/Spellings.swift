// SPDX-License-Identifier: Apache-2.0

/// The spellings of the few tokens of a text that are not spelled as in the vocabulary, by position:
/// unknown characters, added tokens with the white space around them.
struct Spellings: Sendable, Equatable {
  /// Positions in ascending order.
  private var positions: [UInt32] = []
  /// Where each spelling ends in ``bytes``.
  private var ends: [UInt32] = []
  private var bytes: [UInt8] = []

  var isEmpty: Bool { positions.isEmpty }

  /// Notes the spelling of a token behind all others.
  mutating func append(_ spelling: some Collection<UInt8>, at position: Int) {
    bytes += spelling
    positions.append(UInt32(position))
    ends.append(UInt32(bytes.count))
  }

  /// The spelling of a token, where it has one of its own.
  ///
  /// - Cost: logarithmic in the number of spellings.
  subscript(position: Int) -> ArraySlice<UInt8>? {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    guard low < positions.count, positions[low] == position else { return nil }
    return bytes[(low == 0 ? 0 : Int(ends[low - 1]))..<Int(ends[low])]
  }

  /// Takes over the spellings of tokens that follow behind some others.
  mutating func append(_ others: Spellings, behind count: Int) {
    let base = UInt32(bytes.count)
    bytes += others.bytes
    positions += others.positions.map { $0 + UInt32(count) }
    ends += others.ends.map { $0 + base }
  }
}
