// SPDX-License-Identifier: Apache-2.0

/// How a byte-pair vocabulary says which neighbours are joined, and which first.
enum BytePairMerges {
  /// Pairs of spellings, the most urgent first; of a pair that comes twice the later place counts.
  case pairs([(left: String, right: String)])
  /// Neighbours whose union is a piece, the lowest number first: the rank files of tiktoken.
  case ranks
  /// Neighbours whose union is a piece, the highest score first: SentencePiece.
  ///
  /// One score a number; `inert` pieces (control, unknown, bytes) are no union.
  case scores([Float], inert: Set<Int>)
}

/// What a byte-pair model starts from.
enum BytePairSymbols: Sendable {
  /// Single bytes; the vocabulary is spelled in bytes.
  case bytes
  /// Single bytes; the vocabulary is spelled in the printable characters that stand for bytes.
  case printableBytes
  /// Unicode scalars.
  case characters
}

/// The printable characters that stand for bytes in the vocabularies of GPT-2 and its successors.
///
/// - Source: `bytes_to_unicode` of <https://github.com/openai/gpt-2/blob/master/src/encoder.py>.
enum PrintableBytes {
  /// The scalar of each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 256
    return (UInt32(0)..<256).map { byte in
      if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE {
        return byte
      }
      defer { next += 1 }
      return next
    }
  }()

  /// The byte of each scalar below 324; 256 for the others.
  private static let bytes: [UInt16] = {
    var bytes = [UInt16](repeating: 256, count: 324)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = UInt16(byte) }
    return bytes
  }()

  /// The bytes that a spelling stands for; nil where a character stands for none.
  static func bytes(of spelling: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(spelling.count)
    var position = 0
    while position < spelling.count {
      let scalar = DecodedScalar(spelling, at: position)
      guard scalar.value < 324, bytes[Int(scalar.value)] < 256 else { return nil }
      result.append(UInt8(bytes[Int(scalar.value)]))
      position += scalar.length
    }
    return result
  }

  /// The characters that stand for bytes.
  static func spelling(of bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { UTF8Bytes(Unicode.Scalar(scalars[Int($0)]) ?? "\u{FFFD}") }
  }
}
