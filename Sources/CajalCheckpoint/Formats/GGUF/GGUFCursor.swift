// SPDX-License-Identifier: Apache-2.0

/// Walks over the header of a GGUF file; whatever it hands out lies inside the file.
struct GGUFCursor {
  private let region: ByteRegion
  private(set) var position = 0

  init(_ region: ByteRegion) { self.region = region }

  var file: String { region.store.file }

  /// The next `count` bytes.
  mutating func take(_ count: Int, _ what: String) throws(CheckpointError) -> ByteRegion {
    guard let part = region.part(from: position, count: count) else {
      throw malformed(
        "ends inside \(what), which needs \(count) bytes where \(region.count - position) are left",
        at: position)
    }
    position += count
    return part
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, _ what: String
  ) throws(CheckpointError) -> Value {
    guard let value = region.integer(type, at: position) else {
      throw malformed("ends inside \(what)", at: position)
    }
    position += MemoryLayout<Value>.size
    return value
  }

  /// A count of things of at least `unit` bytes each, which must fit what is left.
  mutating func count(_ what: String, unit: Int) throws(CheckpointError) -> Int {
    let start = position
    let claimed = try integer(UInt64.self, what)
    let left = region.count - position
    guard let count = Int(exactly: claimed), count <= left / unit else {
      throw malformed(
        "claims \(claimed) as \(what), more than the \(left) bytes behind it can hold", at: start)
    }
    return count
  }

  /// A length and as many bytes.
  mutating func string(_ what: String) throws(CheckpointError) -> ByteRegion {
    let length = try count("the length of \(what)", unit: 1)
    return try take(length, what)
  }

  /// A length and as many bytes of UTF-8.
  mutating func text(_ what: String) throws(CheckpointError) -> String {
    let start = position
    let bytes = try string(what)
    guard let text = bytes.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw malformed("has \(what) that is not UTF-8", at: start)
    }
    return text
  }

  /// Steps over strings and returns the bytes they lie in, lengths included.
  mutating func strings(_ count: Int, of key: String) throws(CheckpointError) -> ByteRegion {
    let start = position
    let failure = region.withBytes { bytes -> Int? in
      for index in 0..<count {
        guard bytes.count - position >= 8 else { return index }
        let length = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        guard length <= UInt64(bytes.count - position - 8) else { return index }
        position += 8 + Int(length)
      }
      return nil
    }
    guard failure == nil, let part = region.part(from: start, count: position - start) else {
      throw malformed(
        "ends inside string \(failure ?? 0) of \(count) of \(key.quoted)", at: position)
    }
    return part
  }

  /// A refusal that says where the file breaks its format.
  func malformed(_ what: String, at offset: Int) -> CheckpointError {
    CheckpointError(
      .malformed, "\(what) (byte \(offset)); it is damaged or truncated, download it again",
      file: file)
  }
}
