// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalZoo
import Foundation

// MARK: - Norms
extension ReferenceGraph {
  /// The three sites of a norm, where it has them; `normalized` is nil where the output is that site.
  struct NormSites {
    let scale: Site.Name
    let normalized: Site.Name?
    let output: Site.Name

    static let attention = NormSites(
      scale: .attentionNormScale, normalized: .attentionNormalized, output: .attentionInput)
    static let mlp = NormSites(
      scale: .mlpNormScale, normalized: .mlpNormalized, output: .mlpInput)
    static let final = NormSites(
      scale: .finalNormScale, normalized: nil, output: .finalNormalized)
  }

  /// Gain and bias, widened.
  static func parameters(_ norm: Normalization) -> (gain: Numbers?, bias: Numbers?) {
    (norm.gain?.values.array.map(Double.init), norm.bias?.values.array.map(Double.init))
  }

  /// A norm over rows of `width` numbers; `sites` nil for one that nobody can watch.
  mutating func norm(
    _ norm: Normalization, _ x: Int, width: Int, sites: NormSites? = nil, layer: Int? = nil
  ) -> Int {
    let (gain, bias) = Self.parameters(norm)
    var y = normalized(norm, x, width: width, sites: sites, layer: layer)
    y = add(y) { Self.affine($0, gain: gain, bias: bias) }
    return sites.map { visit($0.output, layer, y) } ?? y
  }

  /// The norm before gain and bias.
  mutating func normalized(
    _ norm: Normalization, _ x: Int, width: Int, sites: NormSites?, layer: Int?
  ) -> Int {
    if norm.kind == .none { return x }
    let (centred, epsilon) = (norm.kind == .layerNorm, norm.epsilon)
    var scale = add(x) { Self.normScale($0, width: width, centred: centred, epsilon: epsilon) }
    noteNormScale(scale)
    if let sites { scale = visit(sites.scale, layer, scale) }
    let y = add(x, scale) { Self.normalized($0, $1, width: width, centred: centred) }
    return sites?.normalized.map { visit($0, layer, y) } ?? y
  }
}

// MARK: - Feed-forward blocks
extension ReferenceGraph {
  /// Any block that acts on each position by itself.
  mutating func feedForward(_ block: any FeedForward, _ x: Int, _ layer: Int) -> Int {
    switch block {
    case let block as MLP:
      let (up, down) = (ReferenceLinear(block.up), ReferenceLinear(block.down))
      let pre = visit(.mlpPre, layer, add(x) { up($0) })
      let post = visit(.mlpPost, layer, add(pre) { Self.activated($0, block.activation) })
      return add(post) { down($0) }
    case let block as GatedMLP:
      return gated(block.gate, block.up, block.activation, nil, block.down, x, layer)
    case let block as TransformerLens.ShiftedGatedMLP:
      return gated(block.gate, block.up, block.activation, block.shift, block.down, x, layer)
    case let block as TransformerLens.SoftmaxLinearMLP:
      let (up, down) = (ReferenceLinear(block.up), ReferenceLinear(block.down))
      let pre = visit(.mlpPre, layer, add(x) { up($0) })
      let unit = add(pre) { Self.softmaxLinear($0, width: up.outputs) }
      let post = visit(.mlpPost, layer, norm(block.norm, unit, width: up.outputs))
      return add(post) { down($0) }
    case let block as MixtureOfExperts: return mixture(block, x, layer)
    default: preconditionFailure("the reference does not know \(type(of: block))")
    }
  }

  /// down(f(gate(x)) · up(x) + shift)
  private mutating func gated(
    _ gate: Linear, _ up: Linear, _ activation: Activation, _ shift: Parameter?, _ down: Linear,
    _ x: Int, _ layer: Int
  ) -> Int {
    let (gate, up) = (ReferenceLinear(gate), ReferenceLinear(up))
    let (shift, down) = (shift?.values.array.map(Double.init), ReferenceLinear(down))
    let pre = visit(.mlpPre, layer, add(x) { gate($0) })
    let linear = visit(.mlpLinear, layer, add(x) { up($0) })
    let hidden = add(pre, linear) { Self.product(Self.activated($0, activation), $1) }
    let post = visit(
      .mlpPost, layer, add(hidden) { Self.affine($0, gain: nil, bias: shift) })
    return add(post) { down($0) }
  }

  /// A mixture of experts: only experts with a weight that is not zero are asked.
  private mutating func mixture(_ block: MixtureOfExperts, _ x: Int, _ layer: Int) -> Int {
    let router = ReferenceLinear(block.router)
    let experts = block.experts.map {
      (
        gate: ReferenceLinear($0.gate), up: ReferenceLinear($0.up), form: $0.activation,
        down: ReferenceLinear($0.down)
      )
    }
    let logits = visit(.routerLogits, layer, add(x) { router($0) })
    let weights = visit(
      .routerWeights, layer,
      add(logits) { Self.routed($0, experts.count, block.chosen, block.renormalized) })
    return add(x, weights) { x, weights in
      var sum = Numbers(repeating: 0, count: x.count)
      let (D, E) = (router.inputs, experts.count)
      for row in 0..<x.count / D {
        let input = Numbers(x[row * D..<(row + 1) * D])
        for (index, expert) in experts.enumerated() where weights[row * E + index] != 0 {
          let hidden = Self.product(
            Self.activated(expert.gate(input), expert.form), expert.up(input))
          for (column, value) in expert.down(hidden).enumerated() {
            sum[row * D + column] += weights[row * E + index] * value
          }
        }
      }
      return sum
    }
  }

  /// The largest of every row's softmax, divided by their sum where asked; zero elsewhere.
  private static func routed(
    _ logits: Numbers, _ experts: Int, _ chosen: Int, _ renormalized: Bool
  ) -> Numbers {
    eachRow(logits, width: experts) { row in
      let p = softmax(Array(row))
      let kept = Set(p.indices.sorted { p[$0] > p[$1] }.prefix(chosen))
      let sum = renormalized ? kept.reduce(0) { $0 + p[$1] } : 1
      return p.indices.map { kept.contains($0) ? p[$0] / sum : 0 }
    }
  }

  /// x · softmax(x) of every row.
  private static func softmaxLinear(_ x: Numbers, width: Int) -> Numbers {
    product(x, eachRow(x, width: width) { softmax(Array($0)) })
  }

  /// e^x over its sum.
  static func softmax(_ x: [Double]) -> [Double] {
    let largest = x.max() ?? 0
    let powers = x.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// An activation of every number, by its definition.
  static func activated(_ x: Numbers, _ activation: Activation) -> Numbers {
    x.map { Reference.activated($0, activation) }
  }
}
