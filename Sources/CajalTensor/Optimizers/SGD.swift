// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Gradient descent with momentum, as `torch.optim.SGD`.
///
///     g ← g + λ θ
///     b ← g at the first step, then μ b + (1 - τ) g
///     θ ← θ - η · b, or with Nesterov's look ahead θ - η · (g + μ b)
///
/// with gradient g, parameter θ, learning rate η, weight decay λ, momentum μ and dampening τ.
///
/// - Source: Sutskever, Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum
///   in deep learning".
/// - Cost: one pass; one moment is remembered where there is momentum.
public struct SGD: Optimizer, Codable, Hashable {
  /// η.
  public var learningRate: Double
  /// μ; 0 is plain descent.
  public var momentum: Double
  /// τ: how much of a gradient does not enter the momentum.
  public var dampening: Double
  /// λ, added to the gradient.
  public var weightDecay: Double
  /// Whether a step looks ahead along the momentum.
  public var nesterov: Bool
  /// Longest gradient that a step follows.
  public var largestNorm: Double?

  /// An optimizer with these options. Nesterov's look ahead needs momentum and no dampening.
  public init(
    learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
    weightDecay: Double = 0, nesterov: Bool = false, largestNorm: Double? = nil
  ) {
    precondition(
      !nesterov || (momentum > 0 && dampening == 0),
      "Nesterov's look ahead with momentum \(momentum) and dampening \(dampening)")
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.largestNorm = largestNorm
  }

  /// Changes one parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, scale: Float,
    entry: inout OptimizerState.Entry?
  ) {
    let shape = parameter.shape
    let steps = (entry?.steps ?? 0) + 1
    var buffer = entry?.moments.first
    entry = nil
    precondition(
      buffer == nil || buffer?.shape == shape,
      "the momentum of \(shape) has shape \(buffer?.shape ?? [])")
    let options = cajal_sgd(
      gradient_scale: scale, weight_decay: Float(weightDecay), momentum: Float(momentum),
      gain: Float(1 - dampening), rate: Float(learningRate), nesterov: nesterov,
      first: momentum == 0 || buffer == nil)
    if momentum != 0, buffer == nil { buffer = Tensor(zeros: shape) }
    parameter.withMutableFloats { parameter in
      gradient.withFloats { gradient in
        guard let p = parameter.baseAddress, let g = gradient.baseAddress else { return }
        withOptionalMutableFloats(&buffer) { b in
          Threads.forEachRange(parameter.count, grain: 1 << 16) { part in
            let at = part.lowerBound
            withUnsafePointer(to: options) {
              cajal_sgd_step($0, g + at, p + at, b.map { $0 + at }, part.count)
            }
          }
        }
      }
    }
    entry = OptimizerState.Entry(steps: steps, moments: buffer.map { [$0] } ?? [])
  }

  private func withOptionalMutableFloats(
    _ tensor: inout Tensor?, _ body: (UnsafeMutablePointer<Float>?) -> Void
  ) {
    guard var present = tensor.take() else { return body(nil) }
    present.withMutableFloats { body($0.baseAddress) }
    tensor = present
  }
}
