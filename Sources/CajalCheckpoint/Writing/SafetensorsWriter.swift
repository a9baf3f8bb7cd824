// SPDX-License-Identifier: Apache-2.0

public import CajalTensor

/// Writes safetensors files, whole or not at all.
///
/// The simple form takes all tensors at once:
///
/// ```swift
/// try SafetensorsWriter.write([OutgoingTensor("logits", logits)], to: "run.safetensors")
/// ```
///
/// The incremental form declares names, types and shapes first and then takes bytes in any order
/// and in parts, so that no tensor need ever be in memory whole. The bytes are those the reference
/// implementation writes: the header padded with spaces to a multiple of 8, tensors ordered by
/// type, widest first, then by name, so that each is aligned.
///
/// - Source: <https://github.com/huggingface/safetensors>
public final class SafetensorsWriter {
  /// What will be written under one name.
  public struct Declaration: Sendable {
    /// The name in the file.
    public let name: String
    /// The type of the numbers.
    public let type: ScalarType
    /// The extent of every dimension, slowest first.
    public let shape: [Int]

    /// Declares a tensor.
    public init(_ name: String, _ type: ScalarType, _ shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  private struct Slot {
    let start: Int
    let byteCount: Int
    var written = 0
  }

  private let path: String
  private let file: ReplacingFile
  private var slots: [String: Slot] = [:]

  /// Creates the file and writes its header; the file has no name before ``finish()``.
  ///
  /// - Throws: `malformed` for a name twice or `__metadata__`, `mismatch` for an impossible shape,
  ///   `io`.
  public init(
    _ path: String, _ declarations: [Declaration], metadata: [String: String] = [:]
  ) throws(CheckpointError) {
    self.path = path
    let (header, slots, end) = try Self.layout(declarations, metadata, file: path)
    self.slots = slots
    file = try ReplacingFile(path)
    try file.reserve(end)
    try file.write(header, at: 0)
  }

  /// Writes the next bytes of a declared tensor, row-major and little-endian.
  ///
  /// - Throws: `unexpected` for a name not declared, `mismatch` for more bytes than declared, `io`.
  public func append(
    _ bytes: UnsafeRawBufferPointer, to name: String
  ) throws(CheckpointError) {
    guard let slot = slots[name] else {
      throw CheckpointError(
        .unexpected, "tensor \(name.quoted) was not declared; declare it first", file: path)
    }
    guard bytes.count <= slot.byteCount - slot.written else {
      throw CheckpointError(
        .mismatch,
        "tensor \(name.quoted) is declared with \(slot.byteCount) bytes and gets "
          + "\(slot.written + bytes.count); declare its real shape", file: path)
    }
    try file.write(bytes, at: slot.start + slot.written)
    slots[name]?.written += bytes.count
  }

  /// Gives the complete file its name.
  ///
  /// - Throws: `missing` where a declared tensor lacks bytes, `io`.
  public func finish() throws(CheckpointError) {
    let short = slots.filter { $0.value.written < $0.value.byteCount }.keys
    if let name = short.min(by: { $0.precedesInBytes($1) }) {
      throw CheckpointError(
        .missing, "tensor \(name.quoted) is declared and not written whole; append its bytes",
        file: path)
    }
    try file.finish()
  }

  /// Writes a file of all these tensors.
  ///
  /// - Throws: As the incremental form does.
  public static func write(
    _ tensors: [OutgoingTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    let declarations = tensors.map { Declaration($0.name, $0.type, $0.shape) }
    let writer = try SafetensorsWriter(path, declarations, metadata: metadata)
    for tensor in tensors {
      try tensor.withBytes { (bytes) throws(CheckpointError) in
        try writer.append(bytes, to: tensor.name)
      }
    }
    try writer.finish()
  }

  /// The types in the order in which the reference implementation lays tensors out.
  private static let order: [ScalarType] = [
    .uint64, .int64, .float64, .float32, .uint32, .int32, .bfloat16, .float16, .uint16, .int16,
    .int8, .uint8, .bool,
  ]

  private static func rank(_ type: ScalarType) -> Int {
    order.firstIndex(of: type) ?? order.count
  }

  /// Gives every tensor its place behind the header.
  private static func layout(
    _ declarations: [Declaration], _ metadata: [String: String], file: String
  ) throws(CheckpointError) -> (header: [UInt8], slots: [String: Slot], end: Int) {
    let ordered = declarations.sorted {
      let (left, right) = (rank($0.type), rank($1.type))
      return left != right ? left < right : $0.name.precedesInBytes($1.name)
    }
    var slots: [String: Slot] = [:]
    var end = 0
    for tensor in ordered {
      guard tensor.name != "__metadata__", slots[tensor.name] == nil else {
        throw CheckpointError(
          .malformed, "the name \(tensor.name.quoted) is taken; give every tensor its own",
          file: file)
      }
      guard let byteCount = Extents.byteCount(tensor.shape, tensor.type), end < 1 << 60 else {
        throw CheckpointError(
          .mismatch, "tensor \(tensor.name.quoted) has the impossible shape \(tensor.shape)",
          file: file)
      }
      slots[tensor.name] = Slot(start: end, byteCount: byteCount)
      end += byteCount
    }
    let header = header(ordered, slots, metadata)
    let placed = slots.mapValues {
      Slot(start: header.count + $0.start, byteCount: $0.byteCount)
    }
    return (header, placed, header.count + end)
  }

  /// The length and the JSON of the header, spelled as the reference implementation does.
  private static func header(
    _ ordered: [Declaration], _ slots: [String: Slot], _ metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = ConfigurationValue.object(metadata.mapValues { .string($0) })
      members.append("\"__metadata__\":" + texts.json())
    }
    for tensor in ordered {
      guard let slot = slots[tensor.name] else { continue }
      let extents = tensor.shape.map { "\($0)" }.joined(separator: ",")
      members.append(
        ConfigurationValue.string(tensor.name).json()
          + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(slot.start),\(slot.start + slot.byteCount)]}")
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
