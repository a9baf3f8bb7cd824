// SPDX-License-Identifier: Apache-2.0

/// Some pieces of text, one behind the other in one array.
struct PieceBatch: Sendable {
  /// The bytes of all pieces; those behind the last end belong to a piece that is being written.
  var bytes: [UInt8] = []
  /// Where each piece ends.
  private(set) var ends: [Int] = []

  /// How many pieces there are.
  var count: Int { ends.count }

  /// The bytes of a piece.
  func range(_ index: Int) -> Range<Int> {
    (index > 0 ? ends[index - 1] : 0)..<ends[index]
  }

  /// The bytes of a piece.
  subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

  /// Ends the piece whose bytes were written.
  mutating func endPiece() { ends.append(bytes.count) }

  /// Appends a whole piece.
  mutating func append(_ piece: some Sequence<UInt8>) {
    bytes.append(contentsOf: piece)
    endPiece()
  }

  /// Leaves nothing but the memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }
}
