// SPDX-License-Identifier: Apache-2.0
import CajalTensor

extension Activation {
  /// Activations by the names configurations use.
  ///
  /// - Reference: `transformers/activations.py`.
  static let byName: [String: Activation] = [
    "gelu": .geluExact, "gelu_python": .geluExact, "gelu_new": .geluTanh,
    "gelu_pytorch_tanh": .geluTanh, "gelu_fast": .geluTanh, "relu": .relu, "relu2": .reluSquared,
    "silu": .silu, "swish": .silu, "quick_gelu": .quickGelu, "tanh": .tanh, "sigmoid": .sigmoid,
    "linear": .identity,
  ]
}
