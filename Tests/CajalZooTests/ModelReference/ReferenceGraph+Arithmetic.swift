// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// A product's weights, widened once.
struct ReferenceLinear {
  let matrix: [Double]
  let bias: [Double]?
  let inputs, outputs: Int

  init(_ linear: Linear) {
    matrix = linear.matrixValues.array.map(Double.init)
    bias = linear.biasValues?.array.map(Double.init)
    (inputs, outputs) = (linear.inputs, linear.outputs)
  }

  /// x Wᵀ + b. Four products stand in one statement because tests run without optimisation.
  func callAsFunction(_ x: [Double]) -> [Double] {
    let rows = x.count / inputs
    let whole = inputs / 4 * 4
    return [Double](unsafeUninitializedCapacity: rows * outputs) { out, count in
      x.withUnsafeBufferPointer { x in
        matrix.withUnsafeBufferPointer { matrix in
          guard let x = x.baseAddress, let matrix = matrix.baseAddress else { return }
          for row in 0..<rows {
            let a = x + row * inputs
            for output in 0..<outputs {
              let b = matrix + output * inputs
              var sum = bias?[output] ?? 0
              var k = 0
              while k < whole {
                sum +=
                  a[k] * b[k] + a[k &+ 1] * b[k &+ 1] + a[k &+ 2] * b[k &+ 2] + a[k &+ 3]
                  * b[k &+ 3]
                k &+= 4
              }
              while k < inputs {
                sum += a[k] * b[k]
                k &+= 1
              }
              out.initializeElement(at: row * outputs + output, to: sum)
            }
          }
        }
      }
      count = rows * outputs
    }
  }
}

extension ReferenceGraph {
  /// Element by element.
  static func combined(
    _ a: Numbers, _ b: Numbers, _ body: (Double, Double) -> Double
  ) -> Numbers {
    precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
    return [Double](unsafeUninitializedCapacity: a.count) { out, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          var index = 0
          while index < a.count {
            out.initializeElement(at: index, to: body(a[index], b[index]))
            index &+= 1
          }
        }
      }
      count = a.count
    }
  }

  /// a + b
  static func sum(_ a: Numbers, _ b: Numbers) -> Numbers { combined(a, b) { $0 + $1 } }
  /// a · b, element by element.
  static func product(_ a: Numbers, _ b: Numbers) -> Numbers { combined(a, b) { $0 * $1 } }

  /// Every row of `width` numbers by itself.
  static func eachRow(
    _ x: Numbers, width: Int, _ body: (ArraySlice<Double>) -> [Double]
  ) -> Numbers {
    stride(from: 0, to: x.count, by: width).flatMap { body(x[$0..<$0 + width]) }
  }

  /// a gᵀ + b on rows as long as the parameters.
  static func affine(_ x: Numbers, gain: Numbers?, bias: Numbers?) -> Numbers {
    guard let width = gain?.count ?? bias?.count else { return x }
    return eachRow(x, width: width) { row in
      row.enumerated().map { $0.element * (gain?[$0.offset] ?? 1) + (bias?[$0.offset] ?? 0) }
    }
  }

  /// What each row of `width` numbers is divided by.
  static func normScale(_ x: Numbers, width: Int, centred: Bool, epsilon: Double) -> Numbers {
    eachRow(x, width: width) { row in
      let mean = centred ? row.reduce(0, +) / Double(width) : 0
      let square = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return [(square / Double(width) + epsilon).squareRoot()]
    }
  }

  /// Rows of `width` numbers, centred where asked, over their denominators.
  static func normalized(_ x: Numbers, _ scale: Numbers, width: Int, centred: Bool) -> Numbers {
    var index = -1
    return eachRow(x, width: width) { row in
      index += 1
      let mean = centred ? row.reduce(0, +) / Double(width) : 0
      return row.map { ($0 - mean) / scale[index] }
    }
  }
}
