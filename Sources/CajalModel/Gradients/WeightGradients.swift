// SPDX-License-Identifier: Apache-2.0
public import CajalTensor
import Synchronization

/// Where pull-backs leave the gradients of a model's weights: by the checkpoint's names, in the file's
/// layout.
///
/// A weight that is used several times, as a tied embedding is, gets the sum. With C cotangents every
/// gradient is `[C] + shape`.
public final class WeightGradients: Sendable {
  private let state = Mutex<[String: Entry]>([:])

  private struct Entry {
    /// One of the weight's shape for each cotangent.
    var sums: [Tensor]
    /// Nothing has arrived since the last `restart`, so that what arrives overwrites.
    var isStale: Bool
  }

  /// No gradients yet.
  public init() {}

  /// The names of the weights that something arrived for, sorted.
  public var names: [String] {
    state.withLock { state in state.filter { !$0.value.isStale }.keys.sorted() }
  }

  /// The gradients of a weight, `[C] + shape`; nil where none arrived, which means zero.
  public subscript(_ name: String) -> Tensor? {
    state.withLock { state in
      guard let entry = state[name], !entry.isStale else { return nil }
      return Tensor.concatenatedRows(entry.sums.map { $0.reshaped([1] + $0.shape) })
    }
  }

  /// Forgets what arrived and keeps the memory for the next pull-back.
  public func restart() {
    state.withLock { state in for name in state.keys { state[name]?.isStale = true } }
  }

  /// Changes the sums of a weight in place: `body` gets each, which cotangent it belongs to, and
  /// whether to overwrite it (true) or to add.
  ///
  /// - Parameter covers: whether `body` writes every element when it overwrites; else the sums are
  ///   filled with zeros first.
  private func update(
    _ weight: Weight, _ count: Int, covers: Bool,
    _ body: (_ sum: inout Tensor, _ cotangent: Int, _ overwrites: Bool) -> Void
  ) {
    state.withLock { state in
      var sums: [Tensor] = []
      var isFresh = true
      if let entry = state.removeValue(forKey: weight.name), entry.sums.count == count {
        (sums, isFresh) = (entry.sums, entry.isStale)
      }
      for c in 0..<count {
        var sum = c < sums.count ? sums[c] : Tensor(shape: weight.shape) { _ in }
        // The only reference, so that it is written in place.
        if c < sums.count { sums[c] = Tensor(zeros: []) } else { sums.append(Tensor(zeros: [])) }
        if isFresh && !covers { sum.withMutableFloats { $0.update(repeating: 0) } }
        body(&sum, c, isFresh && covers)
        sums[c] = sum
      }
      state[weight.name] = Entry(sums: sums, isStale: false)
    }
  }
}

// MARK: - Arrivals
extension WeightGradients {
  /// Cotangents `[C, k]` of a vector whose numbers come from these tensors, in order.
  func add(_ cotangent: Tensor, to sources: [Parameter.Source]) {
    let (count, width) = (cotangent.shape[0], cotangent.shape[1])
    let values = cotangent.array
    var start = 0
    for source in sources {
      let from = start
      update(source.weight, count, covers: false) { sum, c, _ in
        sum.withMutableFloats { sum in
          for (offset, index) in source.ranges.joined().enumerated() {
            sum[index] += values[c * width + from + offset]
          }
        }
      }
      start += source.ranges.reduce(0) { $0 + $1.count }
    }
  }

  /// The gradient of rows of a matrix that stands in a product y = x Wᵀ: Σ over rows of ȳ xᵀ.
  ///
  /// - Parameters:
  ///   - x: [N.., inputs]
  ///   - cotangent: [C, N.., outputs]
  func add(
    x: Tensor, cotangent: Tensor, to weight: Weight, rows: [Range<Int>], layout: MatrixLayout
  ) {
    let (outputs, inner) = layout.sizes(weight.shape)
    let count = cotangent.shape[0]
    let x = x.reshaped(x.count / inner, inner)
    let selected = rows.reduce(0) { $0 + $1.count }
    let covers = selected == outputs
    update(weight, count, covers: covers) { sum, c, overwrites in
      let part = cotangent.rows(c..<c + 1).reshaped(x.shape[0], selected)
      if layout == .headsFirst || rows.count > 1 {
        Self.scatter(
          Product.multiply(part, x, transposeA: true), to: &sum, weight, rows, layout, overwrites)
      } else if layout == .inputsFirst {
        let block = MatrixBlock(start: rows[0].lowerBound, stride: outputs)
        Product.accumulate(
          x, part, transposeA: true, into: &sum, at: block, adding: !overwrites)
      } else {
        let block = MatrixBlock(start: rows[0].lowerBound * inner, stride: inner)
        Product.accumulate(
          part, x, transposeA: true, into: &sum, at: block, adding: !overwrites)
      }
    }
  }

  /// Writes or adds a gradient `[selected outputs, inputs]` where its elements stand in the file.
  private static func scatter(
    _ gradient: Tensor, to sum: inout Tensor, _ weight: Weight, _ rows: [Range<Int>],
    _ layout: MatrixLayout, _ overwrites: Bool
  ) {
    let inner = gradient.shape[1]
    sum.withMutableFloats { sum in
      gradient.withFloats { gradient in
        for (from, row) in rows.joined().enumerated() {
          for k in 0..<inner {
            let at = layout.offset(output: row, input: k, weight.shape)
            let value = gradient[from * inner + k]
            sum[at] = overwrites ? value : sum[at] + value
          }
        }
      }
    }
  }

  /// The gradient of an embedding matrix [V, D] whose rows `ids` were looked up: cotangents
  /// `[C, N, D]` are added to their rows in the order of the positions.
  func add(_ cotangent: Tensor, ids: [Int32], to weight: Weight) {
    let width = weight.shape[1]
    update(weight, cotangent.shape[0], covers: false) { sum, c, _ in
      sum.addRows(cotangent.rows(c..<c + 1).reshaped(ids.count, width), at: ids)
    }
  }
}
