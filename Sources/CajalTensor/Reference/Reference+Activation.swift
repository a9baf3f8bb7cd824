// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension Reference {
  /// One activation of one number, by its definition.
  public static func activated(_ x: Double, _ activation: Activation) -> Double {
    switch activation {
    case .geluExact: return x == -.infinity ? 0 : x * 0.5 * erfc(-x / 2.0.squareRoot())
    case .geluTanh:
      // x/2 · (1 + tanh u) = x · sigmoid(2u), which does not cancel for negative x.
      let argument = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      return x / (1 + exp(-2 * argument))
    case .relu: return x < 0 ? 0 : x
    case .reluSquared: return x < 0 ? 0 : x * x
    case .silu: return x / (1 + exp(-x))
    case .quickGelu: return x / (1 + exp(-1.702 * x))
    case .tanh: return tanh(x)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .identity: return x
    }
  }

  /// The activation of every element.
  public static func activated(_ x: Tensor, _ activation: Activation) -> [Double] {
    numbers(x).map { activated($0, activation) }
  }

  /// `activation(x) · linear`
  public static func gated(_ x: Tensor, by activation: Activation, linear: Tensor) -> [Double] {
    zip(numbers(x), numbers(linear)).map { activated($0, activation) * $1 }
  }

  /// e^x
  public static func exponential(_ x: Tensor) -> [Double] { numbers(x).map { exp($0) } }

  /// `cap · tanh(x / cap)`
  public static func softCapped(_ x: Tensor, _ cap: Double) -> [Double] {
    numbers(x).map { cap * tanh($0 / cap) }
  }
}
