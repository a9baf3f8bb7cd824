// SPDX-License-Identifier: Apache-2.0

/// The pieces `<0x00>` to `<0xFF>` that stand for single bytes.
///
/// A vocabulary that has all of them can write any text: a character without a piece of its own is
/// written as its UTF-8 bytes.
enum BytePiece {
  /// The byte that a piece stands for; upper- and lower-case digits are read, as the reference does.
  static func byte(of piece: String) -> UInt8? {
    let bytes = piece.utf8
    guard bytes.count == 6, piece.hasPrefix("<0x"), bytes.last == UInt8(ascii: ">") else {
      return nil
    }
    let digits = piece.dropFirst(3).dropLast()
    guard digits.utf8.count == 2, digits.utf8.allSatisfy({ Character(.init($0)).isHexDigit }) else {
      return nil
    }
    return UInt8(digits, radix: 16)
  }

  /// The same for a piece given as UTF-8.
  static func byte(ofPiece piece: [UInt8]) -> UInt8? {
    piece.count == 6 ? byte(of: String(decoding: piece, as: UTF8.self)) : nil
  }

  /// The piece that stands for a byte.
  static func piece(of byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "<0x0\(digits)>" : "<0x\(digits)>"
  }
}
