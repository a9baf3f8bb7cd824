// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// A dense row-major array of Float32 with a shape: an immutable value unless it is declared `var`.
///
/// Storage is shared and reference-counted: copies, `reshaped` and `rows` cost nothing, and writing
/// through one of several owners copies first.
public struct Tensor: Sendable {
  /// Extent of each dimension, outermost first; `[]` is a scalar.
  public let shape: [Int]
  /// The product of `shape`.
  public let count: Int
  private var storage: Storage
  private let offset: Int  // in elements
  /// How this value came about, nil for a plain one.
  let node: Node?

  private init(storage: Storage, offset: Int, shape: [Int], count: Int, node: Node? = nil) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.count = count
    self.node = node
  }

  /// The same value with another past.
  func with(node: Node?) -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape, count: count, node: node)
  }

  /// Number of elements of `shape`; stops on negative or overflowing extents.
  static func count(of shape: [Int]) -> Int {
    var count = 1
    for extent in shape {
      precondition(extent >= 0, "shape \(shape) has a negative extent")
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      precondition(!overflow && product <= Int.max / 16, "shape \(shape) is too large")
      count = product
    }
    return count
  }

  // MARK: Making

  /// A tensor whose elements `body` writes; it must write every one.
  public init(
    shape: [Int], initializing body: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    let count = Tensor.count(of: shape)
    let storage = Storage(byteCount: count * MemoryLayout<Float>.stride)
    let base = storage.base.bindMemory(to: Float.self, capacity: count)
    try body(UnsafeMutableBufferPointer(start: base, count: count))
    self.init(storage: storage, offset: 0, shape: shape, count: count)
  }

  /// A tensor of these values in row-major order.
  public init(_ values: [Float], shape: [Int]) {
    precondition(
      values.count == Tensor.count(of: shape), "\(values.count) values do not fill \(shape)")
    self.init(shape: shape) { out in _ = out.update(fromContentsOf: values) }
  }

  /// A tensor of zeros.
  public init(zeros shape: [Int]) { self.init(repeating: 0, shape: shape) }

  /// A tensor of one value everywhere.
  public init(repeating value: Float, shape: [Int]) {
    self.init(shape: shape) { $0.update(repeating: value) }
  }

  // MARK: Reading

  /// Number of dimensions.
  public var rank: Int { shape.count }

  /// All elements in row-major order, copied.
  public var array: [Float] { withFloats { Array($0) } }

  /// The one accessor of host memory: all elements in row-major order, valid during `body` only.
  public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    defer { withExtendedLifetime(storage) {} }
    let base = UnsafePointer(storage.base.assumingMemoryBound(to: Float.self) + offset)
    return try body(UnsafeBufferPointer(start: base, count: count))
  }

  /// Writes in place; copies this tensor's elements first when the storage has other owners.
  ///
  /// A tracked value cannot be written: its past would no longer be true.
  public mutating func withMutableFloats<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    precondition(!isTracked, "a tracked tensor \(shape) is written in place; detach it first")
    if !isKnownUniquelyReferenced(&storage) { self = copied() }
    defer { withExtendedLifetime(storage) {} }
    let base = storage.base.assumingMemoryBound(to: Float.self) + offset
    return try body(UnsafeMutableBufferPointer(start: base, count: count))
  }

  private func copied() -> Tensor {
    Tensor(shape: shape) { out in withFloats { _ = out.update(fromContentsOf: $0) } }
  }

  /// One element.
  public subscript(_ indices: Int...) -> Float {
    precondition(indices.count == rank, "\(indices.count) indices for shape \(shape)")
    var position = 0
    for (index, extent) in zip(indices, shape) {
      precondition(index >= 0 && index < extent, "index \(indices) outside shape \(shape)")
      position = position * extent + index
    }
    return withFloats { $0[position] }
  }

  // MARK: Views

  /// The same elements under another shape of equal count; a view.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(Tensor.count(of: shape) == count, "\(self.shape) does not reshape to \(shape)")
    let inner = self.shape
    return Tensor(storage: storage, offset: offset, shape: shape, count: count)
      .derived(from: [self]) { cotangent, _ in [cotangent.reshaped([cotangent.shape[0]] + inner)] }
  }

  /// The same elements under another shape of equal count; a view.
  public func reshaped(_ shape: Int...) -> Tensor { reshaped(shape) }

  /// A range of the leading dimension; a view.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(rank > 0, "a scalar has no rows")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) outside \(shape)")
    let stride = count / max(shape[0], 1)
    return Tensor(
      storage: storage, offset: offset + range.lowerBound * stride,
      shape: [range.count] + shape.dropFirst(), count: range.count * stride
    ).derived(from: [self]) { [shape] cotangent, _ in
      [cotangent.spread(rows: range, of: shape)]
    }
  }

  /// Cotangents of a range of rows, as cotangents `[C] + shape` of the whole: zero elsewhere.
  private func spread(rows range: Range<Int>, of shape: [Int]) -> Tensor {
    let size = Tensor.count(of: shape)
    let stride = size / max(shape[0], 1)
    return Tensor(shape: [self.shape[0]] + shape) { out in
      withFloats { cotangent in
        for c in 0..<self.shape[0] {
          let (before, length) = (c * size, range.count * stride)
          let start = before + range.lowerBound * stride
          out[before..<start].update(repeating: 0)
          let part = cotangent[c * length..<(c + 1) * length]
          _ = out[start..<start + length].update(fromContentsOf: part)
          out[start + length..<before + size].update(repeating: 0)
        }
      }
    }
  }

  /// Adds a plain tensor of the same shape, in place where nobody else holds this one's memory.
  mutating func add(_ other: Tensor) {
    precondition(shape == other.shape, "\(shape) plus \(other.shape)")
    guard isKnownUniquelyReferenced(&storage) else {
      self = self + other
      return
    }
    let (rows, width) = (vectorCount, width)
    withMutableFloats { out in
      other.withFloats { x in
        guard let out = out.baseAddress, let x = x.baseAddress else { return }
        Threads.forEachRows(rows, width: width) { part in
          let at = part.lowerBound * width
          cajal_add(out + at, x + at, out + at, part.count * width)
        }
      }
    }
  }

  /// Whether both are the same elements in the same memory.
  func isView(of other: Tensor) -> Bool {
    storage === other.storage && offset == other.offset && shape == other.shape
  }

  // MARK: Rows

  /// Length of the last dimension; 1 for a scalar.
  var width: Int { shape.last ?? 1 }

  /// Number of vectors along the last dimension: the product of all the other extents.
  var vectorCount: Int { shape.dropLast().reduce(1, *) }
}
