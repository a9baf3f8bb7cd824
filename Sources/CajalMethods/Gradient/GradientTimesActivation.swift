// SPDX-License-Identifier: Apache-2.0
public import CajalFinding
public import CajalModel
import CajalTensor

/// What the slope credits each activation with, for every site at once.
///
/// With m the metric and a(s) the value at a site,
///
///     attribution(s) = aₛ · ∂m/∂aₛ
///
/// which is the estimate of what setting the activation to zero would take away. Where m depends
/// linearly on the activation and on nothing else, the attributions of a layer's positions add up to
/// m. The unit is that of the metric.
///
/// - Source: Shrikumar et al. 2016 <https://arxiv.org/abs/1605.01713>.
/// - Cost: one forward pass and one backward pass, whatever the number of sites.
/// - Limits: zero is no neutral value for most activations, so a large constant that tells nothing about
///   the prompt is credited too; a pair of prompts and attribution patching have no such problem.
public struct GradientTimesActivation: Method {
  /// What it is called.
  public static let card = MethodCard(
    name: "gradient-times-activation",
    summary: "What the slope credits each activation with, for every site at once.",
    source: "https://arxiv.org/abs/1605.01713")

  /// Which sites; empty for all inside the layers that divide as asked.
  public var sites: [Site.Name] = []
  /// Whether attributions are summed over whole layers, positions or heads.
  public var unit: PatchUnit = .position

  /// Every site by position.
  public init() {}

  /// The attributions with the metric they are parts of.
  public struct Result: Codable, Sendable, Equatable {
    /// m of the prompt.
    public let value: Double
    /// The attributions, one grid a site.
    public let attributions: [PatchGrid]
  }

  /// Attributes the metric of a prompt to every activation.
  ///
  /// - Throws: `MethodError.site` where the model has no such site or it does not divide as asked,
  ///   `ModelError` for tokens or a metric outside the vocabulary.
  public func run(
    _ tokens: [Int], metric: Metric, on model: some LanguageModel
  ) throws -> Result {
    let groups = try PatchSites.groups(sites, unit, of: model)
    let slopes = try model.gradients(of: metric, TokenBatch(tokens), at: Set(groups.joined()))
    let attributions = try groups.map { sites in
      try SlopeSums(unit).grid(sites) { site in
        try SlopeSums.Factors(
          moved: slopes.trace.value(site), base: nil, slope: slopes[site], site)
      }
    }
    return Result(value: slopes.value, attributions: attributions)
  }
}
