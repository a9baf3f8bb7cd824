// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// The nonlinearity of an MLP.
public enum Activation: String, Codable, Sendable, CaseIterable {
  /// x · Φ(x) with the normal distribution Φ (`gelu`).
  case geluExact
  /// x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) (`gelu_new`, `gelu_pytorch_tanh`).
  case geluTanh
  /// max(x, 0)
  case relu
  /// max(x, 0)²
  case reluSquared
  /// x / (1 + e^-x)
  case silu
  /// x / (1 + e^(-1.702 x))
  case quickGelu
  /// tanh x
  case tanh
  /// 1 / (1 + e^-x)
  case sigmoid
  /// x
  case identity

  var kernel: Int32 {
    let kind =
      switch self {
      case .geluExact: CAJAL_GELU_EXACT
      case .geluTanh: CAJAL_GELU_TANH
      case .relu: CAJAL_RELU
      case .reluSquared: CAJAL_RELU_SQUARED
      case .silu: CAJAL_SILU
      case .quickGelu: CAJAL_QUICK_GELU
      case .tanh: CAJAL_TANH
      case .sigmoid: CAJAL_SIGMOID
      case .identity: CAJAL_IDENTITY
      }
    return Int32(kind)
  }
}

extension Tensor {
  /// The activation of every element.
  public func activated(_ activation: Activation) -> Tensor {
    let width = width
    let kind = activation.kernel
    let result = mapRows { x, out, _, rows in cajal_activate(kind, x, nil, out, rows * width) }
    // The slope of max(x, 0) is read from the result as well, which others keep anyway.
    let saved = activation == .relu ? result : detached
    return result.derived(from: [self]) { cotangent, _ in
      if activation == .identity { return [cotangent] }
      return [
        cotangent.mapCotangents(with: saved) { cajal_activate_gradient(kind, $0, $1, $2, $3) }
      ]
    }
  }

  /// `activation(x) · linear` in one pass, with the bits of the two steps.
  public func gated(by activation: Activation, linear: Tensor) -> Tensor {
    let kind = activation.kernel
    let (x, factor) = (detached, linear.detached)
    return mapRows(linear) { cajal_activate(kind, $0, $1, $2, $3) }
      .derived(from: [self, linear]) { cotangent, wanted in
        x.gateCotangents(kind, factor, cotangent, wanted)
      }
  }

  /// Both cotangents of a gated product, this being the activation's argument.
  private func gateCotangents(
    _ kind: Int32, _ linear: Tensor, _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let (rows, width) = (vectorCount, width)
    return Tensor.pair(cotangent.shape, wanted) { first, second in
      withFloats { x in
        linear.withFloats { linear in
          cotangent.withFloats { cotangent in
            guard
              let x = x.baseAddress, let linear = linear.baseAddress, count > 0,
              let all = cotangent.baseAddress
            else { return }
            Tensor.forEachPart(cotangent.count / count, rows, width: width) { c, part in
              let from = part.lowerBound * width
              let to = c * count + from
              cajal_gate_gradient(
                kind, x + from, linear + from, all + to, first.map { $0 + to },
                second.map { $0 + to }, part.count * width)
            }
          }
        }
      }
    }
  }

  /// `c · tanh(x / c)`, the soft cap of Gemma 2.
  public func softCapped(_ cap: Float) -> Tensor {
    precondition(cap > 0, "a soft cap is positive, not \(cap)")
    let width = width
    let result = mapRows { x, out, _, rows in cajal_soft_cap(x, cap, out, rows * width) }
    return result.derived(from: [self]) { cotangent, _ in
      [cotangent.mapCotangents(with: result) { cajal_soft_cap_gradient($0, cap, $1, $2, $3) }]
    }
  }

  /// e^x of every element.
  public func exponential() -> Tensor {
    let width = width
    let result = mapRows { x, out, _, rows in
      cajal_activate(Int32(CAJAL_EXPONENTIAL), x, nil, out, rows * width)
    }
    return result.derived(from: [self]) { cotangent, _ in
      [cotangent.mapCotangents(with: result) { cajal_multiply($0, $1, $2, $3) }]
    }
  }
}
