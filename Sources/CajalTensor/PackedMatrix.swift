// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// A weight, repacked once in its stored type into panels of 32 outputs, `[outputs / 32][inner][32]`.
///
/// Every product with it has one accumulation order on a processor variant: each output element is a
/// single multiply-add chain over `inner` from zero, the bias added last. So a row's bits depend
/// neither on how many rows there are, nor on its place among them, nor on threads.
public final class PackedMatrix: Sendable {
  /// How the two dimensions of the source stand.
  public enum Layout: String, Sendable, Codable {
    /// `[outputs, inner]`, as PyTorch's Linear keeps a weight.
    case outputsByInner
    /// `[inner, outputs]`, as GPT-2's Conv1D keeps it.
    case innerByOutputs
  }

  /// Number of outputs: columns of a product, rows of an embedding.
  public let outputs: Int
  /// Length of the inner dimension.
  public let inner: Int
  /// The stored type: float32, bfloat16 or float16.
  public let type: ScalarType
  private let panels: Panels

  /// The outputs of one panel.
  public static let panelWidth = Int(CAJAL_PANEL)

  /// Whether products read this type as it is stored.
  public static func isPackable(_ type: ScalarType) -> Bool {
    type == .float32 || type == .bfloat16 || type == .float16
  }

  /// Packs little-endian elements straight from where they stand, such as a mapped file.
  ///
  /// - Parameters:
  ///   - bytes: the whole source matrix; any alignment.
  ///   - shape: the source's two extents, in the order of `layout`.
  ///   - type: float32, bfloat16 and float16 stay what they are; other types become float32.
  ///   - layout: which of the extents is `outputs`.
  ///   - selection: ranges of the source's outputs to take, in this order (one part of a fused
  ///     query-key-value matrix, a head's rows); nil takes all.
  public convenience init(
    bytes: UnsafeRawBufferPointer, shape: (Int, Int), type: ScalarType,
    layout: Layout = .outputsByInner, selecting selection: [Range<Int>]? = nil
  ) {
    let count = Tensor.count(of: [shape.0, shape.1])
    precondition(
      bytes.count == count * type.byteCount,
      "\(bytes.count) bytes do not fill \(shape) of \(type.rawValue)")
    if PackedMatrix.isPackable(type) {
      self.init(shape: shape, type: type, layout: layout, selection: selection) { $0(bytes) }
    } else {
      let widened = FloatConversion.tensor(bytes, type: type, shape: [shape.0, shape.1])
      self.init(widened, layout: layout, selecting: selection)
    }
  }

  /// Packs a matrix of Float32.
  public convenience init(
    _ matrix: Tensor, layout: Layout = .outputsByInner, selecting selection: [Range<Int>]? = nil
  ) {
    precondition(matrix.rank == 2, "a weight is a matrix, not \(matrix.shape)")
    let shape = (matrix.shape[0], matrix.shape[1])
    self.init(shape: shape, type: .float32, layout: layout, selection: selection) { pack in
      matrix.withFloats { pack(UnsafeRawBufferPointer($0)) }
    }
  }

  private init(
    shape: (Int, Int), type: ScalarType, layout: Layout, selection: [Range<Int>]?,
    reading read: ((UnsafeRawBufferPointer) -> Void) -> Void
  ) {
    let available = layout == .outputsByInner ? shape.0 : shape.1
    let ranges = selection ?? [0..<available]
    for range in ranges {
      precondition(
        range.lowerBound >= 0 && range.upperBound <= available,
        "outputs \(range) outside \(shape) in layout \(layout)")
    }
    let panels = Panels(
      outputs: ranges.reduce(0) { $0 + $1.count },
      inner: layout == .outputsByInner ? shape.1 : shape.0, type: type)
    read { panels.fill($0, ranges, available: available, layout: layout) }
    self.panels = panels
    outputs = panels.outputs
    inner = panels.inner
    self.type = type
  }

  /// Bytes held, padding included.
  public var byteCount: Int { panels.byteCount }

  // MARK: Products

  /// `x · weightᵀ + bias`: x `[..., inner]` gives `[..., outputs]`.
  ///
  /// A pull-back gives x the cotangent `ȳ · weight` and bias the sum of ȳ over the rows.
  ///
  /// - Parameters:
  ///   - bias: `[outputs]` or nil.
  ///   - gradient: called in a pull-back with x and the result's cotangent `[C, ..., outputs]`, for
  ///     whoever wants the gradient of the weight, `Σ ȳᵀ · x`; the result is tracked then.
  public func product(
    _ x: Tensor, bias: Tensor? = nil,
    gradient: (@Sendable (_ x: Tensor, _ cotangent: Tensor) -> Void)? = nil
  ) -> Tensor {
    precondition(
      x.width == inner && x.rank > 0, "\(x.shape) times a weight of \(outputs) × \(inner)")
    if let bias {
      precondition(bias.shape == [outputs], "bias \(bias.shape) for \(outputs) outputs")
    }
    let rows = x.vectorCount
    let result = Tensor(shape: x.shape.dropLast() + [outputs]) { out in
      guard rows > 0, outputs > 0, let out = out.baseAddress else { return }
      x.withFloats { x in
        withOptionalFloats(bias) { bias in
          panels.product(x.baseAddress ?? UnsafePointer(out), rows, bias, out)
        }
      }
    }
    let kept = gradient.map { gradient in (x: x.detached, report: gradient) }
    return result.derived(from: [x, bias], always: kept != nil) { cotangent, wanted in
      if let kept { kept.report(kept.x, cotangent) }
      return [
        wanted[0] ? self.transposedProduct(cotangent) : nil,
        wanted[1] ? cotangent.columnSums() : nil,
      ]
    }
  }

  /// `y · weight`: y `[..., outputs]` gives `[..., inner]`.
  ///
  /// Read straight from the panels of the forward product; each element is one multiply-add chain over
  /// `outputs` from zero, so that a row's bits depend on that row alone. Not tracked itself: this is
  /// the pull-back of ``product(_:bias:gradient:)``.
  public func transposedProduct(_ y: Tensor) -> Tensor {
    precondition(
      y.width == outputs && y.rank > 0,
      "\(y.shape) times the transpose of a weight of \(outputs) × \(inner)")
    let rows = y.vectorCount
    return Tensor(shape: y.shape.dropLast() + [inner]) { out in
      guard rows > 0, inner > 0, let out = out.baseAddress else { return }
      y.withFloats { y in
        panels.transposedProduct(y.baseAddress ?? UnsafePointer(out), rows, out)
      }
    }
  }

  // MARK: Rows of the weight

  /// The weights of one output, widened.
  public func row(_ index: Int) -> [Float] {
    precondition(index >= 0 && index < outputs, "row \(index) of \(outputs)")
    return [Float](unsafeUninitializedCapacity: inner) { buffer, count in
      if let base = buffer.baseAddress { panels.unpack(index, base) }
      count = inner
    }
  }

  /// Embedding lookup: the rows of these outputs, `[ids.count, inner]`.
  ///
  /// - Parameter gradient: called in a pull-back with the result's cotangent `[C, ids.count, inner]`,
  ///   for whoever wants the gradient of the weight (``Tensor/addRows(_:at:from:)``); the result is tracked
  ///   then.
  public func gathered(
    _ ids: [Int32], gradient: (@Sendable (_ cotangent: Tensor) -> Void)? = nil
  ) -> Tensor {
    for id in ids { precondition(id >= 0 && id < outputs, "row \(id) of \(outputs)") }
    let rows = Tensor(shape: [ids.count, inner]) { out in
      guard inner > 0, let out = out.baseAddress else { return }
      let target = out
      Threads.forEachRows(ids.count, width: inner) { part in
        for i in part { panels.unpack(Int(ids[i]), target + i * inner) }
      }
    }
    return rows.derived(from: [], always: gradient != nil) { cotangent, _ in
      gradient?(cotangent)
      return []
    }
  }

  /// The whole weight as Float32, `[outputs, inner]`.
  public func unpacked() -> Tensor {
    gathered((0..<outputs).map { Int32($0) })
  }
}
