// SPDX-License-Identifier: Apache-2.0

public import CajalTensor

/// A tensor as it lies in a file: row-major, little-endian, in its stored type.
///
/// The bytes are pages of a file that is mapped to be read, or memory where the file compresses or
/// permutes them. The mapping ends with the last tensor that uses it. A file must not be shortened
/// while it is open: every checked read compares its size first and throws, but a file cut in the
/// middle of a read stops the program (SIGBUS).
public struct StoredTensor: Sendable {
  /// The tensor's name in the file.
  public let name: String
  /// The extent of every dimension, slowest first; empty for a single number.
  public let shape: [Int]
  /// The type of the stored numbers.
  public let type: ScalarType
  /// The file that holds the bytes, as it was opened.
  public let file: String

  let region: ByteRegion

  init(name: String, shape: [Int], type: ScalarType, region: ByteRegion) {
    self.name = name
    self.shape = shape
    self.type = type
    self.region = region
    file = region.store.file
  }

  /// How many numbers the tensor has.
  public var count: Int { region.count / type.byteCount }

  /// How many bytes the tensor has: its count times the width of its type.
  public var byteCount: Int { region.count }

  /// The raw bytes, valid during the call; not necessarily aligned to the type.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try region.withBytes(body)
  }

  /// Tells the operating system that the pages of this tensor need not stay in memory.
  ///
  /// Call it after copying a weight elsewhere; the bytes remain readable and come back from the
  /// file.
  public func releasePages() { region.releasePages() }

  /// Refuses when the file was shortened since it was opened.
  ///
  /// - Throws: `io`.
  public func requireUnchanged() throws(CheckpointError) { try region.store.requireUnchanged() }
}

// MARK: - Numbers

extension StoredTensor {
  /// The numbers as a `Tensor`, each rounded to the nearest Float32.
  ///
  /// F32, F16, BF16 and integers up to 2²⁴ are exact; truth is 1 and 0.
  ///
  /// - Throws: `nonFinite` where an F64 is finite and no Float32 can hold it; `io` where the file
  ///   shrank.
  public func tensor() throws(CheckpointError) -> Tensor {
    if type == .bool { return Tensor(try integers().map { Float($0) }, shape: shape) }
    try requireUnchanged()
    if type == .float64, let index = withBytes({ ScalarDecoding.firstOverflow($0) }) {
      throw CheckpointError(
        .nonFinite,
        "tensor \(name.quoted) has at \(position(of: index)) a number beyond Float32; convert "
          + "it to F32", file: file)
    }
    return withBytes { FloatConversion.tensor($0, type: type, shape: shape) }
  }

  /// The numbers, row-major, each rounded to the nearest Float32; see ``tensor()``.
  public func floats() throws(CheckpointError) -> [Float] {
    try tensor().array
  }

  /// The numbers of an integer or boolean tensor.
  ///
  /// - Throws: `mismatch` for other types and for unsigned numbers that `Int` cannot hold.
  public func integers() throws(CheckpointError) -> [Int] {
    try requireUnchanged()
    guard let values = withBytes({ ScalarDecoding.integers($0, type) }) else {
      throw CheckpointError(
        .mismatch,
        "tensor \(name.quoted) of type \(type.rawValue) does not hold whole numbers that "
          + "fit 64 bits; store it as I64", file: file)
    }
    return values
  }

  /// The row-major index of the first number that is infinite or not a number, or nil.
  public func firstNonFinite() throws(CheckpointError) -> Int? {
    try requireUnchanged()
    return withBytes { FloatConversion.firstNonFinite($0, type: type) }
  }

  /// Refuses a tensor with a number that is infinite or not a number.
  ///
  /// Cost: reads all bytes.
  ///
  /// - Throws: `nonFinite` with the name and the index.
  public func requireFinite() throws(CheckpointError) {
    guard let index = try firstNonFinite() else { return }
    throw CheckpointError(
      .nonFinite,
      "tensor \(name.quoted) has at \(position(of: index)) a number that is not finite; the "
        + "weights are damaged or training diverged", file: file)
  }

  private func position(of index: Int) -> [Int] {
    var rest = index
    var position: [Int] = []
    for extent in shape.reversed() {
      position.insert(rest % extent, at: 0)
      rest /= extent
    }
    return position
  }
}
