// SPDX-License-Identifier: Apache-2.0

/// `ByteLevel`: pieces that are spelled in the printable stand-ins of bytes as these bytes, all others
/// as they are; together UTF-8 with replacement characters where it is none.
struct ByteLevelStage: DecodingStage {
  /// For every character up to U+0143 the byte that it stands for, or −1.
  static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    var next = 0x100
    for byte in 0..<256 {
      let isPrintable =
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      bytes[isPrintable ? byte : next] = Int16(byte)
      if !isPrintable { next += 1 }
    }
    return bytes
  }()

  /// Whether nothing comes behind; replacement characters are then left to who makes text of it.
  private let isLast: Bool
  private var held: [UInt8] = []

  init(isLast: Bool) { self.isLast = isLast }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    var bytes = held
    bytes.reserveCapacity(held.count + pieces.bytes.count)
    pieces.bytes.withUnsafeBufferPointer { text in
      Self.bytes.withUnsafeBufferPointer { table in
        for index in 0..<pieces.count {
          Self.append(text, pieces.range(index), table, &bytes)
        }
      }
    }
    held = []
    if !isLast {
      let unfinished = UnfinishedScalar.length(in: bytes)
      held = Array(bytes.suffix(unfinished))
      bytes = Array(String(decoding: bytes.dropLast(unfinished), as: UTF8.self).utf8)
    }
    result.append(bytes)
  }

  mutating func finish(_ result: inout PieceBatch) {
    result.append(String(decoding: held, as: UTF8.self).utf8)
    held = []
  }

  private static func append(
    _ text: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, _ table: UnsafeBufferPointer<Int16>,
    _ result: inout [UInt8]
  ) {
    let before = result.count
    var position = piece.lowerBound
    while position < piece.upperBound {
      var value = Int(text[position])
      position += 1
      if value >= 0x80 {
        // Two bytes reach U+07FF; what is longer stands for nothing.
        let isShort = value < 0xC6 && position < piece.upperBound
        value = isShort ? (value & 0x1F) << 6 | Int(text[position]) & 0x3F : table.count
        position += 1
      }
      let byte = value < table.count ? table[value] : -1
      guard byte >= 0 else {
        result.removeSubrange(before...)
        result.append(contentsOf: text[piece])
        return
      }
      result.append(UInt8(truncatingIfNeeded: byte))
    }
  }
}

/// `ByteLevel` behind a step that fused: one character that stands for no byte makes the piece stay as
/// it is, so nothing is certain until there is one.
struct FusedByteLevelStage: DecodingStage {
  private var held: [UInt8]? = []

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    guard var text = held else { return result.append(pieces.bytes) }
    text.append(contentsOf: pieces.bytes)
    let isSpelled = String(decoding: pieces.bytes, as: UTF8.self).unicodeScalars.allSatisfy {
      $0.value < ByteLevelStage.bytes.count && ByteLevelStage.bytes[Int($0.value)] >= 0
    }
    held = isSpelled ? text : nil
    if !isSpelled { result.append(text) }
  }

  mutating func finish(_ result: inout PieceBatch) {
    guard let text = held else { return }
    var stage = ByteLevelStage(isLast: false)
    var batch = PieceBatch()
    batch.append(text)
    stage.append(batch, to: &result)
    stage.finish(&result)
  }
}

/// `ByteFallback`: runs of pieces such as `<0xE2>` as the text that they spell.
///
/// A run that is not UTF-8 becomes one U+FFFD a byte, the whole run of it. It is held back until it
/// ends, or until no byte can make it right any more.
struct ByteRunStage: DecodingStage {
  private var run: [UInt8] = []
  /// How many bytes at its end begin a scalar.
  private var unfinished = 0
  private var isBroken = false

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      let piece = pieces[index]
      if let byte = Self.byte(piece) {
        append(byte, &result)
      } else {
        finish(&result)
        result.append(piece)
      }
    }
  }

  private mutating func append(_ byte: UInt8, _ result: inout PieceBatch) {
    run.append(byte)
    if !isBroken {
      let before = unfinished
      unfinished = UnfinishedScalar.length(in: run)
      // Either the scalar goes on, or it ends with this byte.
      let goesOn = unfinished == before + 1
      let ends = unfinished == 0 && String(validating: run.suffix(before + 1), as: UTF8.self) != nil
      isBroken = !goesOn && !ends
    }
    if isBroken { replace(&result) }
  }

  mutating func finish(_ result: inout PieceBatch) {
    if !run.isEmpty {
      if unfinished == 0 { result.append(run) } else { replace(&result) }
    }
    (run, unfinished, isBroken) = ([], 0, false)
  }

  private mutating func replace(_ result: inout PieceBatch) {
    for _ in run { result.append([0xEF, 0xBF, 0xBD]) }
    run = []
  }

  /// The byte that a piece stands for: `<0x`, two hexadecimal digits, `>`.
  ///
  /// A plus sign counts as a digit that adds nothing, which is how the reference reads numbers.
  static func byte(_ piece: ArraySlice<UInt8>) -> UInt8? {
    let start = piece.startIndex
    guard piece.count == 6, piece.starts(with: [0x3C, 0x30, 0x78]), piece[start + 5] == 0x3E,
      let low = digit(piece[start + 4])
    else { return nil }
    if piece[start + 3] == UInt8(ascii: "+") { return low }
    return digit(piece[start + 3]).map { $0 << 4 | low }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

/// `ByteFallback` behind a step that fused: the piece is a byte, or it is left alone.
struct FusedByteStage: DecodingStage {
  private var held: [UInt8]? = []

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    guard var text = held else { return result.append(pieces.bytes) }
    text.append(contentsOf: pieces.bytes)
    let start: [UInt8] = [0x3C, 0x30, 0x78]
    let mayBeByte = text.count <= 6 && text.prefix(3).elementsEqual(start.prefix(text.count))
    held = mayBeByte ? text : nil
    if !mayBeByte { result.append(text) }
  }

  mutating func finish(_ result: inout PieceBatch) {
    guard let text = held else { return }
    guard let byte = ByteRunStage.byte(text[...]) else { return result.append(text) }
    result.append(String(decoding: [byte], as: UTF8.self).utf8)
  }
}
