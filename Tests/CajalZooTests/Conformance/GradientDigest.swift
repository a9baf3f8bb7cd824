// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation

/// What a fixture keeps of the gradient of one tensor: its length and its products with three
/// directions of signs. An error in any part of the gradient moves them all.
struct GradientDigest: Equatable {
  let length: Double
  let products: [Double]

  /// The numbers as `gradients.json` has them.
  init?(_ numbers: [Double]) {
    guard numbers.count == 4 else { return nil }
    (length, products) = (numbers[0], Array(numbers.dropFirst()))
  }

  /// Those of a gradient.
  init(of gradient: [Double]) {
    length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    products = (0..<3).map { direction in
      gradient.enumerated().reduce(0) { $0 + $1.element * Self.sign(direction, $1.offset) }
    }
  }

  /// The largest difference of the numbers.
  func distance(to other: GradientDigest) -> Double {
    zip([length] + products, [other.length] + other.products).reduce(0) {
      max($0, abs($1.0 - $1.1))
    }
  }

  /// All tensors of a fixture by the checkpoint's names.
  static func read(_ folder: URL) throws -> [String: GradientDigest] {
    let data = try Data(contentsOf: folder.appending(path: "gradients.json"))
    return try JSONDecoder().decode([String: [Double]].self, from: data)
      .compactMapValues(GradientDigest.init)
  }

  /// ±1: the highest bit of SplitMix64's draw number `index` + `direction` · 2³² from state 0.
  ///
  /// - Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
  static func sign(_ direction: Int, _ index: Int) -> Double {
    draw(UInt64(index) + UInt64(direction) << 32) >> 63 == 0 ? 1 : -1
  }

  /// SplitMix64's draw from state 0.
  static func draw(_ index: UInt64) -> UInt64 {
    var z = (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
