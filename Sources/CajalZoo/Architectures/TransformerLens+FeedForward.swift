// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
package import CajalModel
package import CajalTensor

extension TransformerLens {
  /// What stands between the projections of an MLP.
  enum Nonlinearity {
    /// A function of each neuron by itself.
    case elementwise(Activation)
    /// x softmax(x) over all neurons of a position, then a norm where there is one.
    case softmaxLinear(normed: Bool)
  }

  static func feedForward(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> any FeedForward {
    let (D, F) = (configuration.shape.width, configuration.shape.hiddenWidth)
    let inputBias = try weights.lensBias(name + ".b_in", [F])
    let up = try Linear(
      weights.take(name + ".W_in", [D, F]), layout: .inputsFirst,
      bias: configuration.gated ? nil : inputBias)
    let outputBias = try weights.lensBias(name + ".b_out", [D])
    let down = try Linear(
      weights.take(name + ".W_out", [F, D]), layout: .inputsFirst, bias: outputBias)
    switch (configuration.nonlinearity, configuration.gated) {
    case (.elementwise(let activation), false):
      return MLP(up: up, activation: activation, down: down)
    case (.elementwise(let activation), true):
      return ShiftedGatedMLP(
        gate: try Linear(weights.take(name + ".W_gate", [D, F]), layout: .inputsFirst), up: up,
        activation: activation,
        shift: try inputBias.map { bias throws(CheckpointError) in try Parameter(bias) }, down: down
      )
    case (.softmaxLinear(let normed), false):
      let norm =
        normed
        ? try weights.lensNorm(name + ".ln", configuration.norm, F, epsilon: configuration.epsilon)
        : .none
      return SoftmaxLinearMLP(up: up, norm: norm, down: down)
    case (.softmaxLinear, true):
      throw CheckpointError(
        .unsupported, "a gated MLP with a softmax linear unit is not implemented",
        file: weights.file)
    }
  }

  /// A gated MLP whose input bias is added behind the gate, as the reference has it:
  /// down(f(gate(x, run)) · up(x) + b).
  package struct ShiftedGatedMLP: FeedForward {
    package let gate, up: Linear
    package let activation: Activation
    package let shift: Parameter?
    package let down: Linear

    package func callAsFunction(
      _ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
    ) -> Tensor {
      let pre = tap(Site(.mlpPre, layer: layer), gate(x, run))
      let linear = tap(Site(.mlpLinear, layer: layer), up(x, run))
      var post = pre.gated(by: activation, linear: linear)
      if let shift { post = post.addingToRows(shift(run)) }
      return down(tap(Site(.mlpPost, layer: layer), post), run)
    }

    package func sites(layer: Int) -> [Site] {
      [.mlpPre, .mlpLinear, .mlpPost].map { Site($0, layer: layer) }
    }
  }

  /// An MLP of softmax linear units: down(norm(h softmax(h))), h = up(x).
  ///
  /// - Source: Elhage et al. 2022 <https://transformer-circuits.pub/2022/solu/index.html>.
  package struct SoftmaxLinearMLP: FeedForward {
    package let up: Linear
    package let norm: Normalization
    package let down: Linear

    package func callAsFunction(
      _ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
    ) -> Tensor {
      let pre = tap(Site(.mlpPre, layer: layer), up(x, run))
      let post = tap(Site(.mlpPost, layer: layer), norm(pre * pre.softmax(), run))
      return down(post, run)
    }

    package func sites(layer: Int) -> [Site] {
      [.mlpPre, .mlpPost].map { Site($0, layer: layer) }
    }
  }
}
