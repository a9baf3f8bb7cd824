// SPDX-License-Identifier: Apache-2.0
public import CajalFinding
public import CajalModel
import CajalTensor

/// An estimate of what moving each activation would do, for every site at once.
///
/// Replaces every run of activation patching by one slope. With m the metric, x the clean prompt, x̃ the
/// corrupted one and a(s) the value at a site,
///
///     denoising:  m(x̃ ; aₛ ← aₛ(x)) − m(x̃) ≈ (aₛ(x) − aₛ(x̃)) · ∂m/∂aₛ at x̃
///     noising:    m(x ; aₛ ← aₛ(x̃)) − m(x) ≈ (aₛ(x̃) − aₛ(x)) · ∂m/∂aₛ at x
///
/// and the effect is that change divided by the change to the whole other prompt, as in activation
/// patching: 0 nothing, 1 everything. It is exact where m depends linearly on the activation.
///
/// - Source: Nanda 2023 <https://www.neelnanda.io/mechanistic-interpretability/attribution-patching>;
///   its failures: Kramár et al. 2024 <https://arxiv.org/abs/2403.00745>.
/// - Cost: two forward passes and one backward pass, whatever the number of sites.
/// - Limits: wrong where the metric bends between the prompts: at saturated attention patterns, in the
///   residual stream of early layers, and where effects cancel. Confirm what matters by activation
///   patching.
public struct AttributionPatching: Method {
  /// What it is called.
  public static let card = MethodCard(
    name: "attribution-patching",
    summary: "An estimate of what moving each activation would do, for every site at once.",
    source: "https://www.neelnanda.io/mechanistic-interpretability/attribution-patching")

  /// Which sites; empty for all inside the layers that divide as asked.
  public var sites: [Site.Name] = []
  /// Whether whole layers, single positions or single heads are moved.
  public var unit: PatchUnit = .position
  /// Which way.
  public var direction: PatchDirection = .denoising

  /// Every site by position, clean into corrupted.
  public init() {}

  /// What moving every activation would do by the slope, with what to compare it with.
  public struct Result: Codable, Sendable, Equatable {
    /// m(x), the metric of the clean prompt.
    public let clean: Double
    /// m(x̃), the metric of the corrupted prompt.
    public let corrupted: Double
    /// The estimate of m with each patch, one grid a site.
    public let values: [PatchGrid]
    /// The estimate of each effect, one grid a site.
    public let effects: [PatchGrid]
  }

  /// Estimates every patch of every site.
  ///
  /// - Throws: `MethodError.site` where the model has no such site or it does not divide as asked,
  ///   `MethodError.metric` where both prompts have the same metric, `ModelError` for tokens or a
  ///   metric outside the vocabulary.
  public func run(
    _ pair: PromptPair, metric: Metric, on model: some LanguageModel
  ) throws -> Result {
    let groups = try PatchSites.groups(sites, unit, of: model)
    let wanted = Set(groups.joined())
    let isDenoising = direction == .denoising
    let answers = try TokenBatch(pair.clean)
    let slopes = try model.gradients(
      of: metric, TokenBatch(isDenoising ? pair.corrupted : pair.clean), at: wanted,
      answers: answers)
    let other = try MeasuredTrace(
      isDenoising ? pair.clean : pair.corrupted, answers: answers, sites: wanted, metric: metric,
      on: model)
    let clean = isDenoising ? other.value : slopes.value
    let corrupted = isDenoising ? slopes.value : other.value
    let scale = try EffectScale(clean: clean, corrupted: corrupted, direction)
    let values = try groups.map { sites in
      try SlopeSums(unit).grid(sites) { site in
        try SlopeSums.Factors(
          moved: other.trace.value(site), base: slopes.trace.value(site), slope: slopes[site], site)
      }.mapped { scale.base + $0 }
    }
    return Result(
      clean: clean, corrupted: corrupted, values: values,
      effects: values.map { $0.mapped(scale.effect) })
  }
}
