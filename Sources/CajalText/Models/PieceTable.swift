// SPDX-License-Identifier: Apache-2.0

/// Byte strings in the order they came, and the place of each by its bytes.
///
/// One buffer holds all bytes, one table of machine words finds them: reading 128 000 pieces takes
/// four allocations. Of strings that are alike the first is found, or the last where asked.
struct PieceTable: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where each string ends in ``bytes``; it begins where the one before ends.
  private var ends: [UInt32] = []
  /// The upper half of the hash and below it the place plus one; zero where free.
  private var slots: [UInt64]
  private let hash = ByteHash()
  /// The longest string in bytes.
  private(set) var longest = 0

  /// - Parameters:
  ///   - count: How many strings are expected.
  ///   - byteCount: How many bytes they have together.
  init(reserving count: Int = 0, byteCount: Int = 0) {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    slots = [UInt64](repeating: 0, count: capacity)
    ends.reserveCapacity(count)
    bytes.reserveCapacity(byteCount)
  }

  /// How many strings there are.
  var count: Int { ends.count }

  /// Where a string stands in ``bytes``.
  func range(_ place: Int) -> Range<Int> {
    (place > 0 ? Int(ends[place - 1]) : 0)..<Int(ends[place])
  }

  /// How long a string is.
  func length(_ place: Int) -> Int { range(place).count }

  subscript(place: Int) -> ArraySlice<UInt8> { bytes[range(place)] }

  /// The place of a string.
  func find(_ string: UnsafeBufferPointer<UInt8>) -> Int? {
    guard string.count <= longest else { return nil }
    let hash = hash(string)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    return bytes.withUnsafeBufferPointer { all in
      slots.withUnsafeBufferPointer { slots in
        while slots[slot] != 0 {
          let place = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
          if slots[slot] >> 32 == hash >> 32 {
            let range = range(place)
            if range.count == string.count,
              Self.areEqual(all.baseAddress, range.lowerBound, string)
            {
              return place
            }
          }
          slot = (slot + 1) & mask
        }
        return nil
      }
    }
  }

  /// The place of a string.
  func find(_ string: some Sequence<UInt8>) -> Int? {
    if let place = string.withContiguousStorageIfAvailable(find) { return place }
    return Array(string).withUnsafeBufferPointer(find)
  }

  @inline(__always)
  private static func areEqual(
    _ all: UnsafePointer<UInt8>?, _ start: Int, _ string: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard let all, let other = string.baseAddress else { return string.isEmpty }
    for index in 0..<string.count where all[start + index] != other[index] { return false }
    return true
  }

  /// Adds a string at the next place; gives the place of an equal one that stood there before.
  ///
  /// - Parameter replaces: Whether the new one is found from now on, not the one before.
  @discardableResult
  mutating func append(_ string: UnsafeBufferPointer<UInt8>, replaces: Bool = false) -> Int? {
    if 2 * (ends.count + 1) > slots.count { grow() }
    bytes.append(contentsOf: string)
    ends.append(UInt32(bytes.count))
    longest = max(longest, string.count)
    return insert(ends.count - 1, replaces: replaces)
  }

  /// Adds a string.
  @discardableResult
  mutating func append(_ string: some Sequence<UInt8>, replaces: Bool = false) -> Int? {
    let place: Int?? = string.withContiguousStorageIfAvailable { append($0, replaces: replaces) }
    if let place { return place }
    return Array(string).withUnsafeBufferPointer { append($0, replaces: replaces) }
  }

  private mutating func insert(_ place: Int, replaces: Bool) -> Int? {
    let range = range(place)
    let mask = slots.count - 1
    return bytes.withUnsafeBufferPointer { all in
      let string = UnsafeBufferPointer(rebasing: all[range])
      let hash = hash(string)
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 {
        let other = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
        if slots[slot] >> 32 == hash >> 32 {
          let otherRange = self.range(other)
          if otherRange.count == string.count,
            Self.areEqual(all.baseAddress, otherRange.lowerBound, string)
          {
            if replaces { slots[slot] = (hash >> 32) << 32 | UInt64(place + 1) }
            return other
          }
        }
        slot = (slot + 1) & mask
      }
      slots[slot] = (hash >> 32) << 32 | UInt64(place + 1)
      return nil
    }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: 2 * old.count)
    let mask = slots.count - 1
    for entry in old where entry != 0 {
      let place = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
      let hash = self[place].withUnsafeBufferPointer { self.hash($0) }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }
}
