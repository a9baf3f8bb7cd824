// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// One safetensors file: 8 bytes of header length, a JSON header, the tensors' bytes without a gap.
///
/// - Source: <https://github.com/huggingface/safetensors>, section "Format"
struct SafetensorsFile {
  /// Most bytes of a header, as the reference implementation limits it.
  static let mostHeaderBytes = 100_000_000

  let tensors: [String: StoredTensor]
  let metadata: [String: String]

  /// Whether bytes begin as a safetensors file does: a length that fits and the brace of the
  /// header.
  static func recognizes(_ region: ByteRegion) -> Bool {
    guard let length = region.integer(UInt64.self, at: 0) else { return false }
    return length > 1 && length <= UInt64(mostHeaderBytes)
      && region.integer(UInt8.self, at: 8) == UInt8(ascii: "{")
  }

  /// Reads the header and checks every claim of it against the bytes that are there.
  init(_ region: ByteRegion) throws(CheckpointError) {
    let file = region.store.file
    guard let claimed = region.integer(UInt64.self, at: 0) else {
      throw CheckpointError(
        .malformed, "has \(region.count) bytes, too few for safetensors; download it again",
        file: file)
    }
    guard claimed <= UInt64(Self.mostHeaderBytes) else {
      throw CheckpointError(
        .malformed,
        "claims a header of \(claimed) bytes, more than the \(Self.mostHeaderBytes) that "
          + "safetensors allows; this is no safetensors file or it is damaged", file: file)
    }
    let length = Int(claimed)
    guard let header = region.part(from: 8, count: length),
      let data = region.part(from: 8 + length, count: region.count - 8 - length)
    else {
      throw CheckpointError(
        .malformed,
        "claims a header of \(length) bytes and has \(region.count - 8); it is truncated, "
          + "download it again", file: file)
    }
    let limits = ConfigurationReader.Limits(
      depth: 8, bytes: Self.mostHeaderBytes, values: 4_000_000, acceptsNonFinite: false)
    let value = try ConfigurationReader.read(header.bytes, file: file, limits: limits)
    guard case .object(var members) = value else {
      throw CheckpointError(
        .malformed, "has a header that is not an object; this is no safetensors file", file: file)
    }
    metadata = try Self.metadata(members.removeValue(forKey: "__metadata__"), file: file)
    var entries: [Entry] = []
    for (name, member) in members { entries.append(try Entry(name, member, file: file)) }
    tensors = try Self.laidOut(entries, in: data)
  }

  private static func metadata(
    _ value: ConfigurationValue?, file: String
  ) throws(CheckpointError) -> [String: String] {
    guard let value else { return [:] }
    var metadata: [String: String] = [:]
    guard case .object(let members) = value else {
      throw CheckpointError(
        .malformed, "has a __metadata__ that is not an object; write the file again", file: file)
    }
    for (name, member) in members {
      guard case .string(let text) = member else {
        throw CheckpointError(
          .malformed, "has in __metadata__ \(name.quoted) that is not a text; write the file again",
          file: file)
      }
      metadata[name] = text
    }
    return metadata
  }

  /// Cuts the data into tensors, which must follow each other without overlap and without a hole.
  private static func laidOut(
    _ entries: [Entry], in data: ByteRegion
  ) throws(CheckpointError) -> [String: StoredTensor] {
    let file = data.store.file
    var tensors: [String: StoredTensor] = [:]
    var end = 0
    let ordered = entries.sorted {
      ($0.start, $0.end) != ($1.start, $1.end)
        ? ($0.start, $0.end) < ($1.start, $1.end) : $0.name.precedesInBytes($1.name)
    }
    for entry in ordered {
      guard entry.start == end else {
        let what = entry.start < end ? "overlaps the tensor before it" : "leaves a hole before it"
        throw CheckpointError(
          .malformed,
          "tensor \(entry.name.quoted) \(what) (it begins at \(entry.start), the one before "
            + "ends at \(end)); the file is damaged, download it again", file: file)
      }
      guard let region = data.part(from: entry.start, count: entry.end - entry.start) else {
        throw CheckpointError(
          .malformed,
          "tensor \(entry.name.quoted) ends at byte \(entry.end) of data and the file has "
            + "\(data.count); it is truncated, download it again", file: file)
      }
      tensors[entry.name] = StoredTensor(
        name: entry.name, shape: entry.shape, type: entry.type, region: region)
      end = entry.end
    }
    guard end == data.count else {
      throw CheckpointError(
        .malformed,
        "has \(data.count - end) bytes behind the last tensor; the file is damaged, "
          + "download it again", file: file)
    }
    return tensors
  }
}

extension SafetensorsFile {
  /// What the header says of one tensor, consistent in itself.
  private struct Entry {
    let name: String
    let shape: [Int]
    let type: ScalarType
    let start: Int
    let end: Int

    init(_ name: String, _ value: ConfigurationValue, file: String) throws(CheckpointError) {
      func malformed(_ what: String) -> CheckpointError {
        CheckpointError(
          .malformed,
          "tensor \(name.quoted) \(what); the header is damaged, download the file again",
          file: file)
      }
      guard case .object(let members) = value, members.count == 3,
        case .string(let typeName) = members["dtype"],
        let shape = members["shape"]?.extents,
        let offsets = members["data_offsets"]?.extents, offsets.count == 2
      else { throw malformed("does not have exactly dtype, shape and data_offsets") }
      guard let type = ScalarType(rawValue: typeName) else {
        throw CheckpointError(
          .unsupported,
          "tensor \(name.quoted) has the type \(typeName.quoted), which is not "
            + "implemented; convert it to F32, F16 or BF16", file: file)
      }
      guard let byteCount = Extents.byteCount(shape, type) else {
        throw malformed("has the impossible shape \(shape)")
      }
      guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == byteCount else {
        throw malformed(
          "has the shape \(shape) of \(byteCount) bytes and the data_offsets \(offsets)")
      }
      self.name = name
      self.shape = shape
      self.type = type
      start = offsets[0]
      end = offsets[1]
    }
  }
}

extension ConfigurationValue {
  /// A list of counts, none negative.
  var extents: [Int]? {
    guard case .array(let values) = self else { return nil }
    var extents: [Int] = []
    for value in values {
      guard case .integer(let extent) = value, extent >= 0 else { return nil }
      extents.append(extent)
    }
    return extents
  }
}
