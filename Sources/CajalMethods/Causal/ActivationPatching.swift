// SPDX-License-Identifier: Apache-2.0
public import CajalFinding
public import CajalModel
import CajalTensor

/// How much of a behaviour each activation carries.
///
/// Runs one prompt once per activation with that activation moved in from the other. With m the metric,
/// x the clean prompt and x̃ the corrupted one,
///
///     denoising:  effect(s) = ( m(x̃ ; aₛ ← aₛ(x)) − m(x̃) ) / ( m(x) − m(x̃) )
///     noising:    effect(s) = ( m(x ; aₛ ← aₛ(x̃)) − m(x) ) / ( m(x̃) − m(x) )
///
/// where s is a layer, a position or a head of the site. 0: the patch changes nothing; 1: it restores
/// the clean behaviour (denoising) or breaks it (noising) as fully as the other prompt. Values outside
/// 0…1 are real and mean over- or counter-shooting. Prefer a logit difference as metric: probabilities
/// saturate. A loss is that of the clean prompt's tokens in every run, so that one function of the logits
/// is compared.
///
/// - Source: Vig et al. 2020 <https://arxiv.org/abs/2004.12265>; practice after Zhang & Nanda 2023
///   <https://arxiv.org/abs/2309.16042>.
/// - Cost: two forward passes, and for a patch at layer l and position p of n the rows p…n−1 of the
///   layers from l on. All patches go through a layer together, so its weights are read once for each
///   few thousand rows. A patch that moves equal bits is not run.
/// - Limits: prompts must be aligned token by token; denoising shows what suffices in this context,
///   noising what is necessary, and neither the other.
public struct ActivationPatching: Method {
  /// What it is called.
  public static let card = MethodCard(
    name: "activation-patching",
    summary: "How much of a behaviour each activation carries.",
    source: "https://arxiv.org/abs/2309.16042")

  /// What is moved, in every layer that has it.
  public var site: Site.Name = .residualPre
  /// Whether whole layers, single positions or single heads are moved.
  public var unit: PatchUnit = .position
  /// Which way.
  public var direction: PatchDirection = .denoising

  /// Every position of the residual stream before every layer, clean into corrupted.
  public init() {}

  /// What moving every activation did, with what to compare it with.
  public struct Result: Codable, Sendable, Equatable {
    /// m(x), the metric of the clean prompt.
    public let clean: Double
    /// m(x̃), the metric of the corrupted prompt.
    public let corrupted: Double
    /// m of the run with each patch.
    public let values: PatchGrid
    /// effect(s) of each patch.
    public let effects: PatchGrid
  }

  /// Moves every activation of the site, one at a time.
  ///
  /// - Parameter onProgress: Is told how many rows have gone through a layer, of how many; what it
  ///   throws ends the work.
  /// - Throws: `MethodError.site` where the model has no such site or it does not divide as asked,
  ///   `MethodError.metric` where both prompts have the same metric, `ModelError` for tokens or a
  ///   metric outside the vocabulary.
  public func run(
    _ pair: PromptPair, metric: Metric, on model: some LanguageModel,
    onProgress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> Result {
    let sites = try PatchSites.sites(site, of: model)
    let answers = try TokenBatch(pair.clean)
    let (clean, corrupted) = (
      try PatchSide(pair.clean, answers: answers, sites: sites, metric: metric, on: model),
      try PatchSide(pair.corrupted, answers: answers, sites: sites, metric: metric, on: model)
    )
    let scale = try EffectScale(clean: clean.value, corrupted: corrupted.value, direction)
    let (base, source) = direction == .denoising ? (corrupted, clean) : (clean, corrupted)
    let heads = try base.siteValue(sites[0]).heads
    let patches = try sites.map { site throws(MethodError) in
      try Patch.all(unit, site: site, positions: pair.count, heads: heads)
    }
    let runs = PatchedRuns(
      model: model, metric: metric, answers: answers, site: site, base: base, source: source)
    let flat = try runs.values(patches.flatMap { $0 }, onProgress: onProgress)
    let columns = patches[0].count
    let values = PatchGrid(
      site: site, unit: unit, layers: sites.compactMap(\.layer),
      values: sites.indices.map { Array(flat[$0 * columns..<($0 + 1) * columns]) })
    return Result(
      clean: clean.value, corrupted: corrupted.value, values: values,
      effects: values.mapped(scale.effect))
  }
}
