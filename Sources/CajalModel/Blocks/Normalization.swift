// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// A norm over the last axis.
///
///     layer norm:        y = (x − mean) / s · g + b,   s = √(variance + ε)
///     root mean square:  y = x / s · g,                s = √(mean square + ε)
///     none:              y = x
///
/// Statistics are taken in Float64.
///
/// - Source: Ba et al. 2016 <https://arxiv.org/abs/1607.06450>; Zhang & Sennrich 2019
///   <https://arxiv.org/abs/1910.07467>.
public struct Normalization: Sendable {
  /// Which statistics.
  public enum Kind: Sendable { case layerNorm, rootMeanSquare, none }

  /// Which statistics.
  public let kind: Kind
  /// g, nil for a norm without gain.
  public let gain: Parameter?
  /// b, nil for a norm without bias.
  public let bias: Parameter?
  /// ε.
  public let epsilon: Double

  /// A norm with the given parameters.
  public init(_ kind: Kind, gain: Parameter? = nil, bias: Parameter? = nil, epsilon: Double) {
    self.kind = kind
    self.gain = gain
    self.bias = bias
    self.epsilon = epsilon
  }

  /// A model without norms.
  public static let none = Normalization(.none, epsilon: 0)

  /// The three sites of a norm in the residual stream.
  public struct Sites: Sendable {
    let scale, normalized, output: Site.Name

    /// Before attention.
    public static let attention = Sites(
      scale: .attentionNormScale, normalized: .attentionNormalized, output: .attentionInput)
    /// Before the MLP.
    public static let mlp = Sites(
      scale: .mlpNormScale, normalized: .mlpNormalized, output: .mlpInput)
    /// After the last layer.
    public static let final = Sites(
      scale: .finalNormScale, normalized: .finalNormalized, output: .finalNormalized)
  }

  /// Without looking inside.
  public func callAsFunction(_ x: Tensor, _ run: Run) -> Tensor {
    switch kind {
    case .layerNorm:
      x.layerNorm(
        gain: gain?(run), bias: bias?(run), epsilon: epsilon, frozenScale: run.freezesNormScales)
    case .rootMeanSquare:
      x.rmsNorm(gain: gain?(run), epsilon: epsilon, frozenScale: run.freezesNormScales)
    case .none: x
    }
  }

  /// With its sites visited: the denominator, the value before gain and bias, the output. The final
  /// norm has no site for the second.
  public func callAsFunction(
    _ x: Tensor, _ sites: Sites, layer: Int? = nil, _ run: Run, _ tap: inout some Tap
  ) -> Tensor {
    let output = Site(sites.output, layer: layer)
    if kind == .none { return tap(output, x.joined) }
    let scaleSite = Site(sites.scale, layer: layer)
    let normalizedSite =
      sites.normalized == sites.output ? nil : Site(sites.normalized, layer: layer)
    guard tap.wants(scaleSite) || normalizedSite.map({ tap.wants($0) }) ?? false else {
      return tap(output, self(x, run))
    }
    let x = x.joined  // as the fused norm's cotangents are
    let mean: Tensor?
    var scale: Tensor
    if kind == .layerNorm {
      let statistics = x.layerNormStatistics(epsilon: epsilon)
      (mean, scale) = (statistics.mean, statistics.scale)
    } else {
      (mean, scale) = (nil, x.rootMeanSquareScale(epsilon: epsilon))
    }
    scale = tap(scaleSite, scale)
    if run.freezesNormScales { scale = scale.detached }
    var normalized = x.normalized(mean: mean, scale: scale)
    if let normalizedSite { normalized = tap(normalizedSite, normalized) }
    return tap(output, normalized.affine(gain: gain?(run), bias: bias?(run)))
  }

  /// The sites that the form above visits, in order.
  public func sites(_ sites: Sites, layer: Int? = nil) -> [Site] {
    if kind == .none { return [Site(sites.output, layer: layer)] }
    let names =
      sites.normalized == sites.output
      ? [sites.scale, sites.output] : [sites.scale, sites.normalized, sites.output]
    return names.map { Site($0, layer: layer) }
  }
}
