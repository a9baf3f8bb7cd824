// SPDX-License-Identifier: Apache-2.0

public import CajalTensor

/// A tensor on its way into a file: a name, a type, a shape and its bytes.
public struct OutgoingTensor: Sendable {
  /// The name in the file.
  public let name: String
  /// The type of the numbers.
  public let type: ScalarType
  /// The extent of every dimension, slowest first.
  public let shape: [Int]
  private let content: Content

  private enum Content: Sendable {
    case bytes([UInt8])
    case tensor(Tensor)
    case stored(StoredTensor)
  }

  /// A tensor of Float32 numbers, stored as F32.
  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    type = .float32
    shape = tensor.shape
    content = .tensor(tensor)
  }

  /// A tensor as another file stores it, copied byte by byte.
  public init(_ name: String, _ tensor: StoredTensor) {
    self.name = name
    type = tensor.type
    shape = tensor.shape
    content = .stored(tensor)
  }

  /// Bytes, row-major and little-endian; their number must fit type and shape when they are
  /// written.
  public init(_ name: String, type: ScalarType, shape: [Int], bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.shape = shape
    content = .bytes(bytes)
  }

  /// Whole numbers, stored as I64.
  public init(_ name: String, integers: [Int], shape: [Int]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(integers.count * 8)
    for integer in integers {
      withUnsafeBytes(of: Int64(integer).littleEndian) { bytes.append(contentsOf: $0) }
    }
    self.init(name, type: .int64, shape: shape, bytes: bytes)
  }

  /// The raw bytes, valid during the call.
  func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    switch content {
    case .bytes(let bytes):
      return try bytes.withBuffer(body)
    case .stored(let tensor):
      try tensor.requireUnchanged()
      return try tensor.withBytes(body)
    case .tensor(let tensor):
      let outcome = tensor.withFloats { floats in
        Swift.Result { () throws(CheckpointError) in try body(UnsafeRawBufferPointer(floats)) }
      }
      return try outcome.get()
    }
  }
}

extension [UInt8] {
  /// The array's bytes during the call; carries the typed error across the standard library's
  /// untyped one.
  func withBuffer<Result>(
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    let outcome = withUnsafeBytes { buffer in
      Swift.Result { () throws(CheckpointError) in try body(buffer) }
    }
    return try outcome.get()
  }
}
