// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// A rule that changes parameters against their gradients, step by step.
///
/// A conforming value's stored properties are its options; what it remembers of every parameter
/// stands in an ``OptimizerState``, so that training stops and resumes. A learning rate that changes
/// over time is set before each step.
public protocol Optimizer: Sendable {
  /// How far a step goes.
  var learningRate: Double { get set }
  /// Longest gradient, over all parameters together, that a step follows; a longer one is scaled down
  /// to it, as `torch.nn.utils.clip_grad_norm_` does. Nil: none is.
  var largestNorm: Double? { get }
  /// Changes one parameter in place, in one pass over memory.
  ///
  /// - Parameters:
  ///   - gradient: of the parameter's shape.
  ///   - scale: what the gradient is multiplied with first.
  ///   - entry: what is remembered of the parameter; nil before its first step.
  func update(
    _ parameter: inout Tensor, gradient: Tensor, scale: Float,
    entry: inout OptimizerState.Entry?)
}

extension Optimizer {
  /// One step: changes, in place, every parameter that has a gradient.
  ///
  /// The same input gives the same bits with any number of threads.
  ///
  /// - Parameters:
  ///   - parameters: by name; those without a gradient stay as they are.
  ///   - gradients: by the same names, of the same shapes.
  /// - Returns: the norm of all gradients together before clipping; nil where nothing asks for it.
  @discardableResult
  public func step(
    _ parameters: inout [String: Tensor], gradients: [String: Tensor],
    state: inout OptimizerState
  ) -> Double? {
    let names = gradients.keys.sorted()
    var norm: Double?
    var scale: Float = 1
    if let largestNorm {
      let total = GradientNorm.total(names.compactMap { gradients[$0] })
      norm = total
      let wanted = largestNorm / (total + 1e-6)
      if wanted < 1 { scale = Float(wanted) }
    }
    for name in names {
      guard let gradient = gradients[name] else { continue }
      // Taken out, so that the parameter's memory has one owner and is changed where it lies.
      guard var parameter = parameters.removeValue(forKey: name) else {
        preconditionFailure("a gradient of '\(name)', which is no parameter")
      }
      precondition(
        parameter.shape == gradient.shape,
        "'\(name)' of \(parameter.shape) has a gradient of \(gradient.shape)")
      var entry = state.entries.removeValue(forKey: name)
      update(&parameter, gradient: gradient, scale: scale, entry: &entry)
      state.entries[name] = entry
      parameters[name] = parameter
    }
    return norm
  }
}

/// What an optimizer remembers: write it beside the parameters and training resumes to the bit.
public struct OptimizerState: Sendable, Codable {
  /// What is remembered of one parameter.
  public struct Entry: Sendable, Codable {
    /// How many steps it has made.
    public var steps: Int
    /// Running means, each of the parameter's shape, in the optimizer's order.
    public var moments: [Tensor]

    /// Memory as it was written.
    public init(steps: Int, moments: [Tensor]) {
      self.steps = steps
      self.moments = moments
    }
  }

  /// By the parameters' names.
  public var entries: [String: Entry]

  /// Nothing is remembered yet, or what was written.
  public init(entries: [String: Entry] = [:]) { self.entries = entries }
}

/// The length of gradients.
public enum GradientNorm {
  /// √Σ g² over all elements of all tensors, summed in Float64 in a fixed order.
  public static func total(_ gradients: [Tensor]) -> Double {
    var sum = 0.0
    for gradient in gradients {
      let grain = 1 << 16
      var parts = [Double](repeating: 0, count: (gradient.count + grain - 1) / grain)
      parts.withUnsafeMutableBufferPointer { parts in
        gradient.withFloats { x in
          guard let x = x.baseAddress, let parts = parts.baseAddress else { return }
          Threads.forEachRange(gradient.count, grain: grain) { part in
            parts[part.lowerBound / grain] = cajal_sum_of_squares(x + part.lowerBound, part.count)
          }
        }
      }
      sum += parts.reduce(0, +)
    }
    return sum.squareRoot()
  }
}
