// SPDX-License-Identifier: Apache-2.0

/// Turns positions in bytes into positions in Unicode code points.
enum CodePoints {
  /// Counts from the last position, so that positions in about the order of the text cost a single
  /// pass.
  static func convert(_ spans: inout [ByteSpan], in text: UnsafeBufferPointer<UInt8>) {
    guard text.contains(where: { $0 >= 0x80 }) else { return }
    var cursor = (byte: 0, point: 0)
    func point(of byte: Int) -> UInt32 {
      while cursor.byte < byte {
        if text[cursor.byte] & 0xC0 != 0x80 { cursor.point += 1 }
        cursor.byte += 1
      }
      while cursor.byte > byte {
        cursor.byte -= 1
        if text[cursor.byte] & 0xC0 != 0x80 { cursor.point -= 1 }
      }
      return UInt32(cursor.point)
    }
    for index in spans.indices {
      let span = spans[index]
      let start = point(of: Int(span.start))
      spans[index] = ByteSpan(start, span.isEmpty ? start : point(of: Int(span.end)))
    }
  }
}
