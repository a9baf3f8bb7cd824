// SPDX-License-Identifier: Apache-2.0

/// Writes a zip archive of stored entries, with 64-bit fields throughout.
///
/// - Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5
struct ZipWriter {
  private let file: ReplacingFile
  private let path: String
  private var position = 0
  private var directory: [UInt8] = []
  private var names: Set<String> = []

  /// Writes into a file that has nothing yet.
  init(_ file: ReplacingFile, path: String) {
    self.file = file
    self.path = path
  }

  /// Appends an entry of two parts.
  mutating func append(
    _ name: String, _ head: [UInt8], _ body: UnsafeRawBufferPointer
  ) throws(CheckpointError) {
    guard names.insert(name).inserted, let nameCount = UInt16(exactly: name.utf8.count) else {
      throw CheckpointError(
        .malformed, "the name \(name.quoted) is taken or too long; give every array its own",
        file: path)
    }
    let headChecksum = head.withUnsafeBytes { Checksum.crc32($0) }
    let checksum = Checksum.crc32(body, after: headChecksum)
    let size = UInt64(head.count + body.count)
    // Version 4.5, UTF-8 name, stored, 1980-01-01: equal arrays give equal files.
    let common: [UInt8] =
      little(UInt16(45)) + little(UInt16(0x800)) + little(UInt16(0)) + little(UInt16(0))
      + little(UInt16(0x21)) + little(checksum) + little(UInt32.max) + little(UInt32.max)
      + little(nameCount)
    let local =
      little(UInt32(0x0403_4b50)) + common + little(UInt16(20)) + Array(name.utf8)
      + little(UInt16(1)) + little(UInt16(16)) + little(size) + little(size)
    directory +=
      little(UInt32(0x0201_4b50)) + little(UInt16(45)) + common + little(UInt16(28))
      + [UInt8](repeating: 0, count: 10) + little(UInt32.max) + Array(name.utf8)
      + little(UInt16(1)) + little(UInt16(24)) + little(size) + little(size)
      + little(UInt64(position))
    try file.write(local, at: position)
    try file.write(head, at: position + local.count)
    try file.write(body, at: position + local.count + head.count)
    position += local.count + head.count + body.count
  }

  /// Ends the archive.
  func writeDirectory() throws(CheckpointError) {
    let count = UInt64(names.count)
    let size = UInt64(directory.count)
    let wide =
      little(UInt32(0x0606_4b50)) + little(UInt64(44)) + little(UInt16(45)) + little(UInt16(45))
      + little(UInt32(0)) + little(UInt32(0)) + little(count) + little(count) + little(size)
      + little(UInt64(position))
    let locator =
      little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(UInt64(position) + size)
      + little(UInt32(1))
    let end =
      little(UInt32(0x0605_4b50)) + [UInt8](repeating: 0, count: 4) + little(UInt16.max)
      + little(UInt16.max) + little(UInt32.max) + little(UInt32.max) + little(UInt16(0))
    try file.write(directory + wide + locator + end, at: position)
  }

  private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
