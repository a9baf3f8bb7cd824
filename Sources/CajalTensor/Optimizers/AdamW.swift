// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels
internal import Foundation

/// Adam with decoupled weight decay, as `torch.optim.AdamW`.
///
///     m ← β₁ m + (1 - β₁) g
///     v ← β₂ v + (1 - β₂) g²
///     θ ← (1 - η λ) θ - η / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
///
/// with gradient g, parameter θ, learning rate η, weight decay λ and step t from 1.
///
/// - Source: Loshchilov & Hutter 2019, "Decoupled weight decay regularization", arXiv:1711.05101.
/// - Cost: one pass, 28 bytes of memory traffic a parameter; two moments are remembered.
public struct AdamW: Optimizer, Codable, Hashable {
  /// η.
  public var learningRate: Double
  /// β₁: how much of the running mean of gradients a step keeps.
  public var firstDecay: Double
  /// β₂: how much of the running mean of their squares a step keeps.
  public var secondDecay: Double
  /// ε, outside the root.
  public var epsilon: Double
  /// λ.
  public var weightDecay: Double
  /// Longest gradient that a step follows.
  public var largestNorm: Double?

  /// An optimizer with these options.
  public init(
    learningRate: Double = 1e-3, firstDecay: Double = 0.9, secondDecay: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0.01, largestNorm: Double? = nil
  ) {
    self.learningRate = learningRate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.largestNorm = largestNorm
  }

  /// Changes one parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, scale: Float,
    entry: inout OptimizerState.Entry?
  ) {
    let shape = parameter.shape
    var kept =
      entry
      ?? OptimizerState.Entry(steps: 0, moments: [Tensor(zeros: shape), Tensor(zeros: shape)])
    entry = nil  // the moments have one owner and are changed where they lie
    precondition(
      kept.moments.count == 2 && kept.moments.allSatisfy { $0.shape == shape },
      "AdamW remembers two moments of \(shape), not \(kept.moments.map(\.shape))")
    let steps = kept.steps + 1
    var second = kept.moments.removeLast()
    var first = kept.moments.removeLast()
    let options = options(at: steps, scale)
    parameter.withMutableFloats { parameter in
      first.withMutableFloats { first in
        second.withMutableFloats { second in
          gradient.withFloats { gradient in
            guard let p = parameter.baseAddress, let m = first.baseAddress,
              let v = second.baseAddress, let g = gradient.baseAddress
            else { return }
            Threads.forEachRange(parameter.count, grain: 1 << 16) { part in
              let at = part.lowerBound
              withUnsafePointer(to: options) {
                cajal_adamw_step($0, g + at, p + at, m + at, v + at, part.count)
              }
            }
          }
        }
      }
    }
    entry = OptimizerState.Entry(steps: steps, moments: [first, second])
  }

  private func options(at step: Int, _ scale: Float) -> cajal_adamw {
    let firstCorrection = 1 - pow(firstDecay, Double(step))
    let secondCorrection = 1 - pow(secondDecay, Double(step))
    return cajal_adamw(
      gradient_scale: scale, first_rate: Float(1 - firstDecay), second_rate: Float(1 - secondDecay),
      root_scale: Float(1 / secondCorrection.squareRoot()), epsilon: Float(epsilon),
      step: Float(learningRate / firstCorrection), decay: Float(learningRate * weightDecay))
  }
}
