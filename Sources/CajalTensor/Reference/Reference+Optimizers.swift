// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension Reference {
  /// One parameter under an optimizer, in Float64.
  public struct Trajectory {
    /// The parameter's elements now.
    public private(set) var values: [Double]
    private var first: [Double]
    private var second: [Double]
    private var steps = 0

    /// A parameter before its first step.
    public init(_ parameter: Tensor) {
      values = numbers(parameter)
      first = values.map { _ in 0 }
      second = first
    }

    /// One step of AdamW; `scale` multiplies the gradient.
    public mutating func step(_ optimizer: AdamW, gradient: [Double], scale: Double = 1) {
      steps += 1
      let (b1, b2) = (optimizer.firstDecay, optimizer.secondDecay)
      for i in values.indices {
        let g = gradient[i] * scale
        first[i] = b1 * first[i] + (1 - b1) * g
        second[i] = b2 * second[i] + (1 - b2) * g * g
        let mean = first[i] / (1 - pow(b1, Double(steps)))
        let square = second[i] / (1 - pow(b2, Double(steps)))
        values[i] -= optimizer.learningRate * optimizer.weightDecay * values[i]
        values[i] -= optimizer.learningRate * mean / (square.squareRoot() + optimizer.epsilon)
      }
    }

    /// One step of SGD; `scale` multiplies the gradient.
    public mutating func step(_ optimizer: SGD, gradient: [Double], scale: Double = 1) {
      steps += 1
      let momentum = optimizer.momentum
      for i in values.indices {
        let g = gradient[i] * scale + optimizer.weightDecay * values[i]
        first[i] = steps == 1 ? g : momentum * first[i] + (1 - optimizer.dampening) * g
        let along = momentum == 0 ? g : optimizer.nesterov ? g + momentum * first[i] : first[i]
        values[i] -= optimizer.learningRate * along
      }
    }
  }
}
