// SPDX-License-Identifier: Apache-2.0

/// What a GGUF file says of one tensor.
public struct GGUFTensor: Sendable, Equatable {
  /// The tensor's name.
  public let name: String
  /// The extent of every dimension, fastest first as the format has them.
  public let dimensions: [Int]
  /// How the numbers are stored.
  public let type: GGUFTensorType
  /// Where the bytes begin, counted from ``GGUFFile/dataOffset``; a multiple of the alignment.
  public let offset: Int
  /// How many bytes the tensor has.
  public let byteCount: Int

  /// Fewest bytes of a tensor's entry: an empty name, no dimensions, type and offset.
  static let fewestBytes = 24
  private static let mostDimensions = 4

  /// Reads one entry and checks it in itself.
  init(_ cursor: inout GGUFCursor, alignment: Int) throws(CheckpointError) {
    let start = cursor.position
    let name = try cursor.text("a tensor's name")
    let shown = "tensor \(name.quoted)"
    let dimensionCount = try cursor.integer(UInt32.self, "the dimensions of \(shown)")
    guard dimensionCount <= Self.mostDimensions else {
      throw cursor.malformed(
        "claims \(dimensionCount) dimensions for \(shown), more than \(Self.mostDimensions)",
        at: start)
    }
    var dimensions: [Int] = []
    for _ in 0..<dimensionCount {
      let extent = try cursor.integer(UInt64.self, "the dimensions of \(shown)")
      dimensions.append(Int(clamping: extent))
    }
    let number = try cursor.integer(UInt32.self, "the type of \(shown)")
    guard let type = GGUFTensorType(rawValue: number) else {
      throw CheckpointError(
        .unsupported,
        "\(shown) is stored as type \(number), which is not known here; convert the model to F16, "
          + "BF16 or Q8_0", file: cursor.file)
    }
    guard let count = Extents.product(dimensions),
      (dimensions.first ?? 1).isMultiple(of: type.block.numbers)
    else {
      throw cursor.malformed(
        "gives \(shown) the impossible dimensions \(dimensions) for \(type)", at: start)
    }
    let offset = try cursor.integer(UInt64.self, "the offset of \(shown)")
    guard offset <= UInt64(1) << 60, offset.isMultiple(of: UInt64(alignment)) else {
      throw cursor.malformed(
        "puts \(shown) at \(offset), which is no multiple of the alignment \(alignment)", at: start)
    }
    self.name = name
    self.dimensions = dimensions
    self.type = type
    self.offset = Int(offset)
    byteCount = count / type.block.numbers * type.block.bytes
  }
}
