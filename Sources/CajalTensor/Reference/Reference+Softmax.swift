// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension Reference {
  /// e^x over its sum; zeros where all are minus infinity.
  public static func softmax(_ row: [Double]) -> [Double] {
    guard let largest = row.max(), largest > -.infinity else { return row.map { _ in 0 } }
    let powers = row.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// Softmax of every row.
  public static func softmax(_ x: Tensor) -> [Double] { rows(x).flatMap(softmax) }

  /// logΣexp of every row.
  public static func logSumExp(_ x: Tensor) -> [Double] {
    rows(x).map { row in
      guard let largest = row.max(), largest > -.infinity else { return -.infinity }
      return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
    }
  }

  /// Logarithm of the softmax of every row.
  public static func logSoftmax(_ x: Tensor) -> [Double] {
    zip(rows(x), logSumExp(x)).flatMap { row, total in row.map { $0 - total } }
  }

  /// Cross-entropy in nats of every row against its target.
  public static func crossEntropy(_ logits: Tensor, targets: [Int32]) -> [Double] {
    zip(rows(logits), zip(logSumExp(logits), targets)).map { $1.0 - $0[Int($1.1)] }
  }
}
