// SPDX-License-Identifier: Apache-2.0

/// A GGUF file: metadata by key, and what it says of its tensors.
///
/// The bytes are mapped. Opening walks over the header once and checks every count, length, type and
/// offset against the bytes that are there; values are decoded when they are asked for, so that a
/// vocabulary of 200 000 tokens costs nothing until somebody reads it. Weights are not read.
///
/// ```swift
/// let file = try GGUFFile("model.gguf")
/// let model = file["tokenizer.ggml.model"]?.string
/// let tokens = try file["tokenizer.ggml.tokens"]?.array?.strings()
/// ```
///
/// - Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
public struct GGUFFile: Sendable {
  /// The file as it was opened.
  public let path: String
  /// The version of the format, 2 or 3.
  public let version: Int
  /// The keys of the metadata in the order of the file.
  public let keys: [String]
  /// What the file says of its tensors, in its order.
  public let tensors: [GGUFTensor]
  /// The multiple of bytes at which every tensor begins: `general.alignment`, or 32.
  public let alignment: Int
  /// Where the tensors' bytes begin in the file.
  public let dataOffset: Int

  private let values: [String: GGUFValue]

  /// Opens a file.
  ///
  /// - Throws: ``CheckpointError``: `notFound` and `io` from the system; `unsupported` for version 1,
  ///   for later versions, for numbers that lie big-endian and for types of weights that nobody
  ///   knows; `malformed`, with the byte, for everything that is cut off or contradicts itself.
  /// - Cost: one pass over the header, none over the weights.
  public init(_ path: String) throws(CheckpointError) {
    let region = ByteRegion(try ByteStore(mapping: path, named: path))
    try region.refuseLargeFilePointer()
    try self.init(region)
  }

  /// The value of a key, nil where the file does not have it.
  public subscript(key: String) -> GGUFValue? { values[key] }

  /// Whether the file at a path begins as GGUF does; false where there is no such file.
  public static func recognizes(_ path: String) -> Bool {
    // Whatever cannot be opened is not GGUF here; opening it as what it is says why.
    guard let store = try? ByteStore(mapping: path, named: path) else { return false }
    return recognizes(ByteRegion(store))
  }

  static func recognizes(_ region: ByteRegion) -> Bool { region.starts(with: magic) }

  private static let magic = Array("GGUF".utf8)
  private static let defaultAlignment = 32

  init(_ region: ByteRegion) throws(CheckpointError) {
    path = region.store.file
    var cursor = GGUFCursor(region)
    guard Self.recognizes(region) else {
      throw CheckpointError(
        .unsupported, "does not begin with GGUF; name a .gguf file", file: path)
    }
    _ = try cursor.take(Self.magic.count, "the magic")
    version = try Self.version(&cursor)
    let tensorCount = try cursor.count("the number of tensors", unit: GGUFTensor.fewestBytes)
    let keyCount = try cursor.count("the number of keys", unit: GGUFValue.fewestBytes)
    (keys, values) = try Self.metadata(keyCount, &cursor)
    alignment = try Self.alignment(values["general.alignment"], file: path)
    var infos: [GGUFTensor] = []
    var names: Set<String> = []
    for _ in 0..<tensorCount {
      let start = cursor.position
      let info = try GGUFTensor(&cursor, alignment: alignment)
      guard names.insert(info.name).inserted else {
        throw cursor.malformed("names tensor \(info.name.quoted) twice", at: start)
      }
      infos.append(info)
    }
    tensors = infos
    let padding = (alignment - cursor.position % alignment) % alignment
    dataOffset = infos.isEmpty ? cursor.position : cursor.position + padding
    try Self.checkLayout(infos, behind: dataOffset, in: region)
  }

  private static func version(_ cursor: inout GGUFCursor) throws(CheckpointError) -> Int {
    let version = try cursor.integer(UInt32.self, "the version")
    guard version & 0xFFFF != 0 || version == 0 else {
      throw CheckpointError(
        .unsupported,
        "is GGUF of version \(version.byteSwapped) with its numbers big-endian; convert it to "
          + "little-endian (gguf-convert-endian)", file: cursor.file)
    }
    guard version == 2 || version == 3 else {
      throw CheckpointError(
        .unsupported,
        "is GGUF of version \(version) and versions 2 and 3 are read; convert the model again with "
          + "a current converter", file: cursor.file)
    }
    return Int(version)
  }

  private static func metadata(
    _ count: Int, _ cursor: inout GGUFCursor
  ) throws(CheckpointError) -> ([String], [String: GGUFValue]) {
    var keys: [String] = []
    var values: [String: GGUFValue] = [:]
    for _ in 0..<count {
      let start = cursor.position
      let key = try cursor.text("a key")
      let value = try GGUFValue(&cursor, of: key)
      guard values.updateValue(value, forKey: key) == nil else {
        throw cursor.malformed("has the key \(key.quoted) twice", at: start)
      }
      keys.append(key)
    }
    return (keys, values)
  }

  private static func alignment(
    _ value: GGUFValue?, file: String
  ) throws(CheckpointError) -> Int {
    guard let value else { return defaultAlignment }
    guard let alignment = value.integer, alignment > 0, alignment <= 1 << 20,
      alignment & (alignment - 1) == 0
    else {
      throw CheckpointError(
        .malformed,
        "has a general.alignment that is no power of two up to 1048576; convert the model again",
        file: file)
    }
    return alignment
  }

  /// Tensors must lie inside the file and must not share bytes.
  private static func checkLayout(
    _ tensors: [GGUFTensor], behind start: Int, in region: ByteRegion
  ) throws(CheckpointError) {
    var end = 0
    var previous = ""
    for tensor in tensors.sorted(by: { $0.offset < $1.offset }) where tensor.byteCount > 0 {
      guard tensor.offset >= end else {
        throw CheckpointError(
          .malformed,
          "tensor \(tensor.name.quoted) at byte \(tensor.offset) of the data overlaps "
            + "\(previous.quoted), which ends at \(end); download the file again",
          file: region.store.file)
      }
      (end, previous) = (tensor.offset + tensor.byteCount, tensor.name)
      guard start <= region.count, end <= region.count - start else {
        throw CheckpointError(
          .malformed,
          "tensor \(tensor.name.quoted) ends at byte \(end) of the data and the file has "
            + "\(max(0, region.count - start)); it is truncated, download it again",
          file: region.store.file)
      }
    }
  }
}
