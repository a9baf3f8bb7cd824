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
    var sum: Tensor
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
    state.withLock { state in state[name].flatMap { $0.isStale ? nil : $0.sum } }
  }

  /// Forgets what arrived and keeps the memory for the next pull-back.
  public func restart() {
    state.withLock { state in for name in state.keys { state[name]?.isStale = true } }
  }

  /// Changes the sum of a weight in place: `body` gets its memory, `[C] + shape`, and whether it must
  /// overwrite (true) or add.
  private func update(
    _ weight: Weight, _ count: Int, covers: Bool,
    _ body: (inout Tensor, _ overwrites: Bool) -> Void
  ) {
    state.withLock { state in
      let shape = [count] + weight.shape
      var entry = state.removeValue(forKey: weight.name)
      if let found = entry, found.sum.shape != shape { entry = nil }
      var fresh = entry?.isStale ?? true
      var sum = entry?.sum ?? Tensor(shape: shape) { _ in }
      entry = nil
      if fresh && !covers {
        sum.withMutableFloats { $0.update(repeating: 0) }
        fresh = false
      }
      body(&sum, fresh)
      state[weight.name] = Entry(sum: sum, isStale: false)
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
      let size = source.weight.count
      update(source.weight, count, covers: false) { sum, _ in
        sum.withMutableFloats { sum in
          for c in 0..<count {
            var from = c * width + start
            for index in source.ranges.joined() {
              sum[c * size + index] += values[from]
              from += 1
            }
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
    let cotangent = cotangent.reshaped(count, x.shape[0], selected)
    let covers = rows.count == 1 && rows[0] == 0..<outputs
    update(weight, count, covers: covers) { sum, overwrites in
      for c in 0..<count {
        let part = Product.multiply(
          cotangent.rows(c..<c + 1).reshaped(x.shape[0], selected), x, transposeA: true)
        sum.withMutableFloats { sum in
          part.withFloats { part in
            var from = 0
            for row in rows.joined() {
              for k in 0..<inner {
                let at = c * weight.count + layout.offset(output: row, input: k, weight.shape)
                sum[at] = overwrites ? part[from] : sum[at] + part[from]
                from += 1
              }
            }
          }
        }
      }
    }
  }

  /// The gradient of an embedding matrix [V, D] whose rows `ids` were looked up: cotangents
  /// `[C, N, D]` are added to their rows in the order of the positions.
  func add(_ cotangent: Tensor, ids: [Int32], to weight: Weight) {
    let (count, width) = (cotangent.shape[0], weight.shape[1])
    update(weight, count, covers: false) { sum, _ in
      sum.withMutableFloats { sum in
        cotangent.withFloats { cotangent in
          for c in 0..<count {
            for (position, id) in ids.enumerated() {
              let from = (c * ids.count + position) * width
              let to = c * weight.count + Int(id) * width
              for k in 0..<width { sum[to + k] += cotangent[from + k] }
            }
          }
        }
      }
    }
  }
}
