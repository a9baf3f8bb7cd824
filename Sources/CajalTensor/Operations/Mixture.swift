// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Rows that are to be added at some places, each times its own factor.
public struct ScaledRows: Sendable {
  /// `[n, D]`
  public let rows: Tensor
  /// For each row, the row of the sum.
  public let places: [Int]
  /// For each row, its factor, `[n]`.
  public let scale: Tensor

  /// Rows with their places and factors.
  public init(_ rows: Tensor, at places: [Int], scale: Tensor) {
    precondition(
      rows.rank == 2 && places.count == rows.shape[0] && scale.count == rows.shape[0],
      "\(rows.shape) rows, \(places.count) places, \(scale.shape) factors")
    self.rows = rows
    self.places = places
    self.scale = scale
  }
}

/// What a mixture of experts needs: its choice, and the sum of its experts' rows.
extension Tensor {
  /// The `k` largest elements of every row, zero elsewhere; ties go to the lower index.
  ///
  /// With p the row, w the result and S the sum of the chosen p: `w = p`, or where `renormalized`
  /// `w = p / S`. A pull-back holds the choice: `p̄ = w̄`, or `p̄ = (w̄ - Σ w̄ · w) / S`, for the chosen.
  public func keepingLargest(_ k: Int, renormalized: Bool) -> Tensor {
    precondition(k >= 0, "the largest \(k) of rows of \(shape)")
    let width = width
    var choice = Choice(renormalized: renormalized)
    let result = Tensor(shape: shape) { out in
      out.update(repeating: 0)
      withFloats { x in
        guard let x = x.baseAddress, width > 0 else { return }
        for row in 0..<vectorCount {
          let (columns, values) = Tensor.largest(x + row * width, width, min(k, width))
          // Largest first.
          let sum = renormalized ? values.reduce(0, +) : 1
          for (column, value) in zip(columns, values) { out[row * width + column] = value / sum }
          choice.columns.append(columns)
          choice.sums.append(sum)
        }
      }
    }
    return result.derived(from: [self]) { [choice] cotangent, _ in
      [choice.cotangents(cotangent, result)]
    }
  }

  private static func largest(_ x: Input, _ width: Int, _ k: Int) -> ([Int], [Float]) {
    var indices = [Int32](repeating: 0, count: k)
    var values = [Float](repeating: 0, count: k)
    let found = cajal_top_k(x, width, k, &indices, &values)
    return (indices.prefix(found).map { Int($0) }, Array(values.prefix(found)))
  }

  /// One column of a matrix at some rows, `[rows.count]`; repetition is allowed.
  public func picked(column: Int, rows: [Int]) -> Tensor {
    precondition(
      rank == 2 && column >= 0 && column < width, "column \(column) of \(shape)")
    for row in rows { precondition(row >= 0 && row < shape[0], "row \(row) of \(shape)") }
    let width = width
    let positions = rows.map { $0 * width + column }
    return withFloats { x in Tensor(positions.map { x[$0] }, shape: [rows.count]) }
      .derived(from: [self]) { [shape, count] cotangent, _ in
        let cotangents = Tensor(shape: [cotangent.shape[0]] + shape) { out in
          out.update(repeating: 0)
          cotangent.withFloats { cotangent in
            for (index, value) in cotangent.enumerated() {
              out[index / positions.count * count + positions[index % positions.count]] += value
            }
          }
        }
        return [cotangents]
      }
  }

  /// `[rows, width]`: the sum of all parts' rows at their places, each times its factor.
  ///
  /// One multiply-add an element from zero, so the sum of several rows at one place is a chain in the
  /// order of the parts and of the rows in them: a mixture adds its experts in one fixed order.
  public static func sum(of parts: [ScaledRows], rows: Int, width: Int) -> Tensor {
    var terms = [[(part: Int, row: Int)]](repeating: [], count: rows)
    for (index, part) in parts.enumerated() {
      precondition(part.rows.width == width, "rows \(part.rows.shape) for a sum of width \(width)")
      for (row, place) in part.places.enumerated() {
        precondition(place >= 0 && place < rows, "row \(place) of a sum of \(rows) rows")
        terms[place].append((index, row))
      }
    }
    let scales = parts.map { $0.scale.array }
    let result = Tensor(shape: [rows, width]) { out in
      guard let out = out.baseAddress else { return }
      Threads.forEachRows(rows, width: width) { range in
        for place in range {
          let target = out + place * width
          target.update(repeating: 0, count: width)
          for (part, row) in terms[place] {
            parts[part].rows.withFloats { x in
              guard let x = x.baseAddress else { return }
              cajal_add_scaled(x + row * width, scales[part][row], target, width)
            }
          }
        }
      }
    }
    let plain = parts.map { ScaledRows($0.rows.detached, at: $0.places, scale: $0.scale.detached) }
    return result.derived(from: parts.flatMap { [$0.rows, $0.scale] }) { cotangent, wanted in
      plain.enumerated().flatMap { index, part in
        part.cotangents(cotangent, wanted[2 * index], wanted[2 * index + 1])
      }
    }
  }
}

extension ScaledRows {
  /// Of rows and of factors, from those of the sum.
  fileprivate func cotangents(
    _ sum: Tensor, _ wantsRows: Bool, _ wantsScale: Bool
  ) -> [Tensor?] {
    guard wantsRows || wantsScale else { return [nil, nil] }
    let width = rows.width
    let cotangent = sum.slices(places)
    let ofRows = scale.withFloats { scale in
      !wantsRows
        ? nil
        : cotangent.mapCotangents { cotangent, out, row, rows in
          for i in 0..<rows {
            cajal_scale(cotangent + i * width, scale[row + i], out + i * width, width)
          }
        }
    }
    return [ofRows, wantsScale ? cotangent.rowDots(with: rows, shape: scale.shape) : nil]
  }
}

/// Which elements of every row were kept, and what they were divided by.
private struct Choice: Sendable {
  let renormalized: Bool
  var columns: [[Int]] = []
  var sums: [Float] = []

  init(renormalized: Bool) { self.renormalized = renormalized }

  /// From cotangents of the chosen weights `w`.
  func cotangents(_ cotangent: Tensor, _ w: Tensor) -> Tensor {
    let (width, count) = (w.width, w.count)
    return Tensor(shape: cotangent.shape) { out in
      out.update(repeating: 0)
      cotangent.withFloats { g in
        w.withFloats { w in
          for c in 0..<(count > 0 ? g.count / count : 0) {
            for (row, chosen) in columns.enumerated() {
              let at = row * width
              var along = 0.0
              for column in chosen where renormalized {
                along += Double(g[c * count + at + column]) * Double(w[at + column])
              }
              for column in chosen {
                let difference = Double(g[c * count + at + column]) - along
                out[c * count + at + column] = Float(difference / Double(sums[row]))
              }
            }
          }
        }
      }
    }
  }
}
