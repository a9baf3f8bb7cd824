// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels
internal import Foundation

/// The memory of a packed weight, and its division into tasks.
///
/// Not from the pool: weights live as long as their model. Written by `fill` before it is shared.
final class Panels: @unchecked Sendable {
  let outputs: Int
  let inner: Int
  let type: ScalarType
  let byteCount: Int
  private let base: UnsafeMutableRawPointer

  init(outputs: Int, inner: Int, type: ScalarType) {
    let width = Int(CAJAL_PANEL)
    let panelCount = (outputs + width - 1) / width
    self.outputs = outputs
    self.inner = inner
    self.type = type
    byteCount = Tensor.count(of: [panelCount, inner, width]) * type.byteCount
    base = .allocate(byteCount: max(byteCount, 64), alignment: 64)
    if outputs % width != 0 {
      let panelBytes = byteCount / panelCount
      memset(base + (panelCount - 1) * panelBytes, 0, panelBytes)
    }
  }

  deinit { base.deallocate() }

  private var kernelType: Int32 {
    switch type {
    case .bfloat16: Int32(CAJAL_BFLOAT16)
    case .float16: Int32(CAJAL_FLOAT16)
    default: Int32(CAJAL_FLOAT32)
    }
  }

  /// Copies the selected outputs of a source matrix of this type, one after the other.
  func fill(
    _ source: UnsafeRawBufferPointer, _ ranges: [Range<Int>], available: Int,
    layout: PackedMatrix.Layout
  ) {
    guard outputs > 0, inner > 0, let start = source.baseAddress else { return }
    let outputStride = layout == .outputsByInner ? inner : 1
    let innerStride = layout == .outputsByInner ? 1 : available
    let parts = panelParts(of: ranges)
    let width = Int(CAJAL_PANEL)
    let bytes = start
    let target = base
    let byteCount = type.byteCount
    let kernelType = kernelType
    // Where outputs lie side by side, a task takes whole lines of the source: all parts of some inner
    // positions. Else it takes one part.
    let innerBlock = layout == .outputsByInner ? inner : 64
    let innerBlocks = (inner + innerBlock - 1) / innerBlock
    let partBlock = layout == .outputsByInner ? 1 : parts.count
    Threads.forEachUnchecked(innerBlocks * ((parts.count + partBlock - 1) / partBlock)) {
      [parts, inner] task in
      let first = task % innerBlocks * innerBlock
      let from = task / innerBlocks * partBlock
      for part in parts[from..<min(from + partBlock, parts.count)] {
        // The part lies in one panel, whose inner positions follow each other.
        let panel = part.at / width * inner + first
        cajal_pack(
          bytes + (part.from * outputStride + first * innerStride) * byteCount, outputStride,
          innerStride, part.count, min(innerBlock, inner - first), kernelType,
          target + panel * width * byteCount, part.at % width)
      }
    }
  }

  /// The selected outputs, cut where the target's panels end, so that no two workers write into the
  /// same line.
  private func panelParts(of ranges: [Range<Int>]) -> [(from: Int, count: Int, at: Int)] {
    let width = Int(CAJAL_PANEL)
    var parts: [(from: Int, count: Int, at: Int)] = []
    var at = 0
    for range in ranges {
      var from = range.lowerBound
      while from < range.upperBound {
        let count = min(range.upperBound - from, width - at % width)
        parts.append((from, count, at))
        from += count
        at += count
      }
    }
    return parts
  }

  /// Widens the weights of one output into `out[inner]`.
  func unpack(_ index: Int, _ out: UnsafeMutablePointer<Float>) {
    cajal_unpack_row(base, inner, kernelType, index, out)
  }

  /// `out[rows, outputs] = x[rows, inner] · panels + bias`, split into tasks by shape.
  func product(
    _ x: UnsafePointer<Float>, _ rows: Int, _ bias: UnsafePointer<Float>?,
    _ out: UnsafeMutablePointer<Float>
  ) {
    let width = Int(CAJAL_PANEL)
    let panelCount = (outputs + width - 1) / width
    // A block of rows and of inner positions stays in the second cache; a few panels a task keep the
    // workers evenly busy, and one task does what is not worth a fork.
    let rowBlock = 256
    let rowBlocks = (rows + rowBlock - 1) / rowBlock
    let small = rows * inner * outputs < 1 << 17
    let panelBlock = small ? panelCount : rows <= 24 ? 4 : 6
    let panelBlocks = (panelCount + panelBlock - 1) / panelBlock
    let panelBytes = inner * width * type.byteCount
    Threads.forEachUnchecked(rowBlocks * panelBlocks) { task in
      let row = task / panelBlocks * rowBlock
      let panel = task % panelBlocks * panelBlock
      let column = panel * width
      var product = cajal_product()
      product.x = x + row * inner
      product.x_stride = inner
      product.rows = min(rowBlock, rows - row)
      product.inner = inner
      product.panels = UnsafeRawPointer(base + panel * panelBytes)
      product.outputs = min(panelBlock * width, outputs - column)
      product.type = kernelType
      product.bias = bias.map { $0 + column }
      product.out = out + row * outputs + column
      product.out_stride = outputs
      cajal_packed_product(&product)
    }
  }

  /// `out[rows, inner] = y[rows, outputs] · W`, split into tasks by shape.
  func transposedProduct(
    _ y: UnsafePointer<Float>, _ rows: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    let width = Int(CAJAL_PANEL)
    let panelCount = (inner + width - 1) / width
    let rowBlock = 256
    let rowBlocks = (rows + rowBlock - 1) / rowBlock
    let small = rows * inner * outputs < 1 << 17
    let panelBlock = small ? panelCount : rows <= 24 ? 4 : 6
    let panelBlocks = (panelCount + panelBlock - 1) / panelBlock
    Threads.forEachUnchecked(rowBlocks * panelBlocks) { task in
      let row = task / panelBlocks * rowBlock
      let first = task % panelBlocks * panelBlock * width
      var product = cajal_transposed()
      product.y = y + row * outputs
      product.y_stride = outputs
      product.rows = min(rowBlock, rows - row)
      product.outputs = outputs
      product.panels = UnsafeRawPointer(base)
      product.inner = inner
      product.type = kernelType
      product.first = first
      product.count = min(panelBlock * width, inner - first)
      product.out = out + row * inner + first
      product.out_stride = inner
      cajal_transposed_product(&product)
    }
  }
}

/// Host memory of a tensor that may be absent.
func withOptionalFloats<R>(
  _ tensor: Tensor?, _ body: (UnsafePointer<Float>?) throws -> R
) rethrows -> R {
  guard let tensor else { return try body(nil) }
  return try tensor.withFloats { try body($0.baseAddress) }
}
