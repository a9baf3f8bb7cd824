// SPDX-License-Identifier: Apache-2.0

/// The records of a zip archive's central directory.
struct ZipDirectory {
  /// What the directory says of one entry; nothing of it is checked against the entry yet.
  struct Record {
    var name: String
    var flags: UInt16
    var method: UInt16
    var checksum: UInt32
    var storedCount: Int
    var byteCount: Int
    var localOffset: Int
  }

  private(set) var records: [Record] = []

  /// Finds and reads the central directory.
  init(_ archive: ByteRegion) throws(CheckpointError) {
    let file = archive.store.file
    guard let end = Self.end(of: archive) else {
      throw ZipArchive.damaged("has no directory at its end", file)
    }
    guard let place = Self.place(of: archive, end: end),
      let directory = archive.part(from: place.offset, count: place.size)
    else { throw ZipArchive.damaged("has a directory that does not lie inside the file", file) }
    // A record has at least 46 bytes: the count is checked before anything follows it.
    guard place.count <= directory.count / 46 else {
      throw ZipArchive.damaged("claims \(place.count) entries in \(directory.count) bytes", file)
    }
    var position = 0
    for _ in 0..<place.count {
      guard let (record, length) = Self.record(in: directory, at: position) else {
        throw ZipArchive.damaged("has a broken entry in its directory", file)
      }
      records.append(record)
      position += length
    }
    guard position == directory.count else {
      throw ZipArchive.damaged("has more in its directory than entries", file)
    }
  }

  /// The position of the end record, which is the last thing but a comment of at most 65535 bytes.
  private static func end(of archive: ByteRegion) -> Int? {
    guard archive.count >= 22 else { return nil }
    for position in stride(
      from: archive.count - 22, through: max(0, archive.count - 22 - 65_535), by: -1)
    where archive.integer(UInt32.self, at: position) == 0x0605_4b50 {
      guard let comment = archive.integer(UInt16.self, at: position + 20),
        position + 22 + Int(comment) == archive.count
      else { continue }
      return position
    }
    return nil
  }

  /// Where the directory lies and how many records it has; the 64-bit record where there is one.
  private static func place(
    of archive: ByteRegion, end: Int
  ) -> (offset: Int, size: Int, count: Int)? {
    if archive.integer(UInt32.self, at: end - 20) == 0x0706_4b50 {
      guard let start = archive.integer(UInt64.self, at: end - 12).flatMap({ Int(exactly: $0) }),
        start <= archive.count, archive.integer(UInt32.self, at: start) == 0x0606_4b50,
        let count = archive.integer(UInt64.self, at: start + 32).flatMap({ Int(exactly: $0) }),
        let size = archive.integer(UInt64.self, at: start + 40).flatMap({ Int(exactly: $0) }),
        let offset = archive.integer(UInt64.self, at: start + 48).flatMap({ Int(exactly: $0) })
      else { return nil }
      return (offset, size, count)
    }
    guard let count = archive.integer(UInt16.self, at: end + 10),
      archive.integer(UInt16.self, at: end + 8) == count,
      let size = archive.integer(UInt32.self, at: end + 12),
      let offset = archive.integer(UInt32.self, at: end + 16)
    else { return nil }
    return (Int(offset), Int(size), Int(count))
  }

  private static func record(in directory: ByteRegion, at start: Int) -> (Record, length: Int)? {
    guard directory.integer(UInt32.self, at: start) == 0x0201_4b50,
      let flags = directory.integer(UInt16.self, at: start + 8),
      let method = directory.integer(UInt16.self, at: start + 10),
      let checksum = directory.integer(UInt32.self, at: start + 16),
      let stored = directory.integer(UInt32.self, at: start + 20),
      let size = directory.integer(UInt32.self, at: start + 24),
      let nameLength = directory.integer(UInt16.self, at: start + 28),
      let extraLength = directory.integer(UInt16.self, at: start + 30),
      let commentLength = directory.integer(UInt16.self, at: start + 32),
      let disk = directory.integer(UInt16.self, at: start + 34), disk == 0 || disk == 0xffff,
      let offset = directory.integer(UInt32.self, at: start + 42),
      let nameBytes = directory.part(from: start + 46, count: Int(nameLength)),
      let extra = directory.part(from: start + 46 + Int(nameLength), count: Int(extraLength)),
      let name = String(validating: nameBytes.bytes, as: UTF8.self), !name.isEmpty
    else { return nil }
    var record = Record(
      name: name, flags: flags, method: method, checksum: checksum, storedCount: Int(stored),
      byteCount: Int(size), localOffset: Int(offset))
    guard widen(&record, with: extra) else { return nil }
    return (record, 46 + Int(nameLength) + Int(extraLength) + Int(commentLength))
  }

  /// Replaces the fields that are all ones by those of the 64-bit extra field.
  private static func widen(_ record: inout Record, with extra: ByteRegion) -> Bool {
    let mark = 0xffff_ffff
    guard record.byteCount == mark || record.storedCount == mark || record.localOffset == mark
    else {
      return true
    }
    var position = 0
    while let identifier = extra.integer(UInt16.self, at: position),
      let length = extra.integer(UInt16.self, at: position + 2)
    {
      guard identifier == 1, var field = extra.part(from: position + 4, count: Int(length)) else {
        position += 4 + Int(length)
        continue
      }
      for path in [\Record.byteCount, \Record.storedCount, \Record.localOffset]
      where record[keyPath: path] == mark {
        guard let wide = field.integer(UInt64.self, at: 0).flatMap({ Int(exactly: $0) }),
          let rest = field.part(from: 8, count: field.count - 8)
        else { return false }
        record[keyPath: path] = wide
        field = rest
      }
      return true
    }
    return false
  }
}
