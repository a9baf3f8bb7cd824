// SPDX-License-Identifier: Apache-2.0

/// Finds where bytes stop being UTF-8.
enum UTF8Check {
  /// The offset of the first byte that belongs to no character, or nil where all do.
  static func firstInvalid(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var position = 0
    while position < bytes.count {
      let length = characterLength(bytes, position)
      if length == 0 { return position }
      position += length
    }
    return nil
  }

  /// Why a file is no text.
  static func refusal(of name: String, at offset: Int?) -> WorkbenchError {
    WorkbenchError(
      .input,
      "\(name) is not UTF-8 text: byte \(offset ?? 0) belongs to no character; convert it first, for "
        + "example with iconv")
  }

  /// The bytes of the well-formed character at a position (Unicode, table 3-7); 0 where there is none.
  private static func characterLength(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
    let first = bytes[position]
    if first < 0x80 { return 1 }
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch first {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (0, 0...0)
      }
    guard length > 0, bytes.count - position >= length, second.contains(bytes[position + 1]) else {
      return 0
    }
    for next in 2..<max(length, 2) where bytes[position + next] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
