// SPDX-License-Identifier: Apache-2.0

/// Writes Base64, and reads it strictly: the standard alphabet, padded, nothing in between.
///
/// - Source: RFC 4648, section 4.
enum Base64 {
  /// The bytes that a text stands for, or nothing where it is not Base64.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var (group, digits, padding) = (UInt32(0), 0, 0)
    for character in text {
      if character == UInt8(ascii: "=") {
        padding += 1
        group <<= 6
      } else {
        guard padding == 0, let value = values[Int(character)] else { return nil }
        group = group << 6 | UInt32(value)
      }
      digits += 1
      guard digits % 4 == 0 else { continue }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      bytes.append(UInt8(truncatingIfNeeded: group >> 8))
      bytes.append(UInt8(truncatingIfNeeded: group))
      group = 0
    }
    guard padding <= 2, bytes.suffix(padding).allSatisfy({ $0 == 0 }) else { return nil }
    return Array(bytes.dropLast(padding))
  }

  /// The text that stands for bytes.
  static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 3 * 4 + 4)
    var (group, count) = (UInt32(0), 0)
    func put(_ digits: Int) {
      for digit in 0..<digits { text.append(alphabet[Int(group >> (18 - 6 * UInt32(digit)) & 63)]) }
    }
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      count += 1
      guard count == 3 else { continue }
      put(4)
      (group, count) = (0, 0)
    }
    if count > 0 {
      group <<= 8 * UInt32(3 - count)
      put(count + 1)
      text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()
}
