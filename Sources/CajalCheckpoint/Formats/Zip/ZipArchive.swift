// SPDX-License-Identifier: Apache-2.0

import CZlib

/// The directory of a zip archive, and its entries' bytes.
///
/// Torch archives and npz are zip. Read are stored and deflated entries, with 64-bit sizes; refused
/// are encryption, several volumes, duplicate names, and entries that share bytes with each other,
/// which no honest writer makes and which let a small file claim petabytes.
///
/// - Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5
struct ZipArchive {
  /// How an archive begins that has entries.
  static let magic: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
  /// How an archive begins that has none.
  static let emptyMagic: [UInt8] = [0x50, 0x4b, 0x05, 0x06]

  /// One entry as the central directory describes it.
  struct Entry {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let byteCount: Int
    let stored: ByteRegion
  }

  /// The entries in the order of the directory.
  let entries: [Entry]
  private let indexOfName: [String: Int]
  private let file: String

  /// Reads the directory and locates every entry.
  init(_ archive: ByteRegion) throws(CheckpointError) {
    file = archive.store.file
    let directory = try ZipDirectory(archive)
    var entries: [Entry] = []
    var indexOfName: [String: Int] = [:]
    for record in directory.records {
      guard indexOfName.updateValue(entries.count, forKey: record.name) == nil else {
        throw Self.damaged("names the entry \(record.name.quoted) twice", file)
      }
      entries.append(try Self.locate(record, in: archive))
    }
    let ordered = entries.sorted { $0.stored.offset < $1.stored.offset }
    for (entry, next) in zip(ordered, ordered.dropFirst())
    where entry.stored.offset + entry.stored.count > next.stored.offset {
      throw Self.damaged(
        "has the entries \(entry.name.quoted) and \(next.name.quoted) overlap", file)
    }
    self.entries = entries
    self.indexOfName = indexOfName
  }

  /// The entry of a name, or nil.
  func entry(_ name: String) -> Entry? { indexOfName[name].map { entries[$0] } }

  /// The bytes of an entry: a part of the file where it is stored, memory where it is deflated.
  ///
  /// - Throws: `malformed` where length or checksum do not fit.
  func bytes(of entry: Entry) throws(CheckpointError) -> ByteRegion {
    let region = entry.isDeflated ? try inflated(entry) : entry.stored
    guard region.checksum == entry.checksum else {
      throw Self.damaged(
        "has bytes in \(entry.name.quoted) that do not fit their checksum", file)
    }
    return region
  }

  private func inflated(_ entry: Entry) throws(CheckpointError) -> ByteRegion {
    // Deflate cannot expand beyond 1032 to 1: a larger claim is a lie told before anything is
    // allocated.
    guard entry.byteCount / 1032 <= entry.stored.count else {
      throw Self.damaged(
        "claims \(entry.byteCount) bytes in \(entry.name.quoted) from \(entry.stored.count)",
        file)
    }
    let store = try ByteStore(count: entry.byteCount, named: file) {
      (memory: UnsafeMutableRawBufferPointer) throws(CheckpointError) in
      let ended = entry.stored.withBytes { Inflater.inflate($0, into: memory) }
      guard ended else {
        throw Self.damaged(
          "has deflated bytes in \(entry.name.quoted) that do not give \(entry.byteCount) bytes",
          file)
      }
    }
    return ByteRegion(store)
  }

  private static func locate(
    _ record: ZipDirectory.Record, in archive: ByteRegion
  ) throws(CheckpointError) -> Entry {
    let file = archive.store.file
    let start = record.localOffset
    guard archive.integer(UInt32.self, at: start) == 0x0403_4b50,
      let nameLength = archive.integer(UInt16.self, at: start + 26),
      let extraLength = archive.integer(UInt16.self, at: start + 28),
      let name = archive.part(from: start + 30, count: Int(nameLength)),
      name.withBytes({ $0.elementsEqual(record.name.utf8) }),
      let stored = archive.part(
        from: start + 30 + Int(nameLength) + Int(extraLength), count: record.storedCount)
    else {
      throw damaged("does not hold the entry \(record.name.quoted) where its directory says", file)
    }
    guard record.flags & 1 == 0 else {
      throw CheckpointError(
        .unsupported, "has the entry \(record.name.quoted) encrypted; decrypt it first", file: file)
    }
    switch record.method {
    case 0:
      guard record.storedCount == record.byteCount else {
        throw damaged("has two sizes for the stored entry \(record.name.quoted)", file)
      }
    case 8: break
    default:
      throw CheckpointError(
        .unsupported,
        "has the entry \(record.name.quoted) compressed by method \(record.method); "
          + "write it stored or deflated", file: file)
    }
    return Entry(
      name: record.name, isDeflated: record.method == 8, checksum: record.checksum,
      byteCount: record.byteCount, stored: stored)
  }

  static func damaged(_ what: String, _ file: String) -> CheckpointError {
    CheckpointError(
      .malformed, "is a zip archive that \(what); it is damaged, download it again", file: file)
  }
}

extension ByteRegion {
  /// The CRC-32 of all bytes.
  var checksum: UInt32 { withBytes { Checksum.crc32($0) } }
}

/// CRC-32 as zip uses it.
enum Checksum {
  /// The checksum of bytes behind bytes whose checksum is `start`.
  static func crc32(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
    var checksum = uLong(start)
    // zlib counts in 32 bits; larger data goes in parts.
    for offset in stride(from: 0, to: bytes.count, by: 1 << 30) {
      let part = bytes[offset..<min(offset + (1 << 30), bytes.count)]
      checksum = CZlib.crc32(
        checksum, part.withMemoryRebound(to: UInt8.self) { $0.baseAddress }, uInt(part.count))
    }
    return UInt32(truncatingIfNeeded: checksum)
  }
}
