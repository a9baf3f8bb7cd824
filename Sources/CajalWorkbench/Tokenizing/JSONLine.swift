// SPDX-License-Identifier: Apache-2.0

/// One line of JSON: a text, or a list of tokens. Nothing else may stand in it.
enum JSONLine {
  /// Why a line is refused.
  struct Fault: Error {
    let message: String
  }

  /// The text that a line spells.
  static func text(_ line: UnsafeBufferPointer<UInt8>) throws(Fault) -> String {
    var reader = Reader(line)
    let text = try reader.text()
    try reader.finish()
    return text
  }

  /// The tokens that a line lists.
  static func tokens(_ line: UnsafeBufferPointer<UInt8>) throws(Fault) -> [Int] {
    var reader = Reader(line)
    var tokens: [Int] = []
    try reader.expect("[", "a list of tokens such as [1, 2] must stand here")
    if !reader.skip("]") {
      repeat { tokens.append(try reader.token()) } while reader.skip(",")
      try reader.expect("]", "a comma or ] must stand here")
    }
    try reader.finish()
    return tokens
  }
}

extension JSONLine {
  private struct Reader {
    let line: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

    func fault(_ message: String) -> Fault { Fault(message: "byte \(position + 1): \(message)") }

    mutating func skipSpace() {
      while position < line.count, [0x20, 0x09, 0x0D].contains(line[position]) { position += 1 }
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard position < line.count, line[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func expect(_ character: Unicode.Scalar, _ message: String) throws(Fault) {
      guard skip(character) else { throw fault(message) }
    }

    mutating func finish() throws(Fault) {
      skipSpace()
      guard position == line.count else { throw fault("something follows the value") }
    }

    mutating func token() throws(Fault) -> Int {
      skipSpace()
      let start = position
      var token = 0
      while position < line.count, (0x30...0x39).contains(line[position]), position - start < 10 {
        token = token * 10 + Int(line[position] - 0x30)
        position += 1
      }
      guard position > start else { throw fault("a token must stand here, a whole number") }
      return token
    }

    mutating func text() throws(Fault) -> String {
      try expect("\"", "a text in double quotes must stand here")
      let start = position
      while position < line.count, line[position] >= 0x20, line[position] != 0x22,
        line[position] != 0x5C
      {
        position += 1
      }
      if position < line.count, line[position] == 0x22 {
        position += 1
        return try validated(UnsafeBufferPointer(rebasing: line[start..<position - 1]), start)
      }
      position = start
      return try escapedText()
    }

    private func validated(
      _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int
    ) throws(Fault) -> String {
      if let text = String(validating: bytes, as: UTF8.self) { return text }
      let offset = UTF8Check.firstInvalid(UnsafeRawBufferPointer(bytes)) ?? 0
      throw Fault(
        message:
          "byte \(start + offset + 1): the bytes from here on are not UTF-8; write texts as UTF-8"
      )
    }

    private mutating func escapedText() throws(Fault) -> String {
      let start = position
      var bytes: [UInt8] = []
      while position < line.count {
        let byte = line[position]
        switch byte {
        case 0x22:
          position += 1
          let text = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
          guard let text else {
            position = start
            throw fault("the text is not UTF-8; write texts as UTF-8")
          }
          return text
        case 0x5C: try appendEscape(&bytes)
        case 0..<0x20: throw fault("a control character must be written as \\u00…")
        default:
          bytes.append(byte)
          position += 1
        }
      }
      throw fault("the text does not end; a \" is missing")
    }

    private mutating func appendEscape(_ bytes: inout [UInt8]) throws(Fault) {
      position += 1
      guard position < line.count else { throw fault("the text ends inside an escape") }
      let plain: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
      ]
      if let byte = plain[line[position]] {
        bytes.append(byte)
        position += 1
        return
      }
      guard line[position] == UInt8(ascii: "u") else { throw fault("there is no such escape") }
      position += 1
      var value = try digits()
      if value >> 10 == 0x36, position + 1 < line.count, line[position] == 0x5C,
        line[position + 1] == UInt8(ascii: "u")
      {
        let high = value
        position += 2
        let low = try digits()
        guard low >> 10 == 0x37 else { throw fault("half a surrogate pair, which is no character") }
        value = 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw fault("half a surrogate pair, which is no character")
      }
      bytes += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func digits() throws(Fault) -> UInt32 {
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard position < line.count,
          let digit = Character(Unicode.Scalar(line[position])).hexDigitValue
        else { throw fault("\\u needs four hexadecimal digits") }
        value = value << 4 | UInt32(digit)
        position += 1
      }
      return value
    }
  }
}
