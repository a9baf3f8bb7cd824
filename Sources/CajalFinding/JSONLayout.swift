// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The line breaks of JSON text.
enum JSONLayout {
  private static let space = UInt8(ascii: " ")
  private static let lineFeed = UInt8(ascii: "\n")

  /// Indented JSON with every array and object that holds no other on one line: matrices are read
  /// row by row, points point by point, and files stay small.
  static func compacted(_ data: Data) -> Data {
    let bytes = [UInt8](data)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    var insideString = false
    while index < bytes.count {
      let byte = bytes[index]
      if insideString {
        result.append(byte)
        if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
          index += 1
          result.append(bytes[index])
        } else if byte == UInt8(ascii: "\"") {
          insideString = false
        }
      } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{"),
        let end = flatEnd(bytes, from: index)
      {
        appendOnOneLine(bytes[index...end], to: &result)
        index = end
      } else {
        insideString = byte == UInt8(ascii: "\"")
        result.append(byte)
      }
      index += 1
    }
    return Data(result)
  }

  /// The place of the bracket that closes an array or object without inner ones; nil where it has
  /// any. The search ends at the next bracket, so no byte is looked at more than twice.
  private static func flatEnd(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start + 1
    var insideString = false
    while index < bytes.count {
      let byte = bytes[index]
      if insideString {
        if byte == UInt8(ascii: "\\") { index += 1 }
        if byte == UInt8(ascii: "\"") { insideString = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): insideString = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): return nil
        case UInt8(ascii: "]"), UInt8(ascii: "}"): return index
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  private static func appendOnOneLine(_ bytes: ArraySlice<UInt8>, to result: inout [UInt8]) {
    var insideString = false
    var isEscaped = false
    for byte in bytes {
      if insideString {
        result.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          insideString = false
        }
        continue
      }
      if byte == space || byte == lineFeed { continue }
      result.append(byte)
      if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") { result.append(space) }
      if byte == UInt8(ascii: "\"") { insideString = true }
    }
  }
}
