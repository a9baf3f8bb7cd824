// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import Foundation

/// Rotary embedding as configurations describe it: transformers 5 in one object `rope_parameters`,
/// transformers 4 in `rope_theta`, `rope_scaling` and keys beside them.
///
/// - Reference: `transformers/modeling_rope_utils.py`.
struct RotaryConfiguration {
  /// θ where the configuration names none.
  var defaultBase: Double = 10_000
  /// The part of a head that turns where the configuration does not say.
  var defaultPart: Double = 1
  /// The older name of θ in this family, if it has one.
  var baseKey = "rope_theta"
  /// The older name of the part that turns.
  var partKey = "partial_rotary_factor"
  /// Names of scaling that mean LongRoPE in this family.
  var longRopeAliases: Set<String> = []

  /// Decodes the embedding of one kind of layer.
  ///
  /// - Throws: `CheckpointError` for a kind of scaling that is not implemented or misses a value.
  func decode(
    _ keys: inout Ledger<ConfigurationValue>, _ shape: ModelShape
  ) throws(CheckpointError) -> RotaryEmbedding {
    let base = try keys.numberIfPresent(baseKey)
    let part = try keys.numberIfPresent(partKey)
    let context = try keys.positiveIfPresent("original_max_position_embeddings")
    let modern = try keys.nestedIfPresent("rope_parameters")
    let older = try keys.nestedIfPresent("rope_scaling")
    try keys.require(
      modern == nil || older == nil, "rope_parameters and rope_scaling are both given; keep one")
    guard var object = modern ?? older else {
      return try embedding(base ?? defaultBase, part ?? defaultPart, .none, shape, keys)
    }
    let result = try decode(
      object: &object, base: base, part: part, originalContext: context, shape)
    try object.close()
    return result
  }

  /// Decodes one rotary object; the values beside it count where it does not say.
  func decode(
    object: inout Ledger<ConfigurationValue>, base: Double?, part: Double?, originalContext: Int?,
    _ shape: ModelShape
  ) throws(CheckpointError) -> RotaryEmbedding {
    let base = try object.numberIfPresent("rope_theta") ?? base ?? defaultBase
    let part = try object.numberIfPresent("partial_rotary_factor") ?? part ?? defaultPart
    let older = try object.stringIfPresent("type")
    var kind = try object.stringIfPresent("rope_type") ?? older ?? "default"
    if longRopeAliases.contains(kind) { kind = "longrope" }
    let inner = try object.positiveIfPresent("original_max_position_embeddings")
    let context = originalContext ?? inner ?? shape.context
    let scaling = try scaling(kind, &object, context: context, shape)
    return try embedding(base, part, scaling, shape, object)
  }

  private func embedding(
    _ base: Double, _ part: Double, _ scaling: RotaryScaling, _ shape: ModelShape,
    _ keys: Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> RotaryEmbedding {
    try keys.require(base > 0 && part > 0 && part <= 1, "rope_theta \(base) or part \(part)")
    let width = Int(Double(shape.headWidth) * part)
    try keys.requirePairs(width, "\(part) of \(shape.headWidth) components of a head")
    if case .dynamic = scaling {
      try keys.require(width > 2, "dynamic rotary scaling needs more than 2 components")
    }
    if case .yarn = scaling {
      try keys.require(base > 1, "rope_theta \(base) is not above 1, as yarn needs it")
    }
    if case .longrope(let divisors) = scaling {
      try keys.require(
        divisors.short.count == width / 2 && divisors.long.count == width / 2,
        "short_factor and long_factor need \(width / 2) numbers each")
    }
    for length in [1, shape.context, shape.context + 1] {
      let (frequencies, factor) = scaling.frequencies(width: width, base: base, length: length)
      try keys.require(
        frequencies.allSatisfy(\.isFinite) && Float(factor).isFinite,
        "rope_theta \(base) and the rotary scaling give no finite frequencies")
    }
    return RotaryEmbedding(width: width, base: base, scaling: scaling)
  }

  private func scaling(
    _ kind: String, _ object: inout Ledger<ConfigurationValue>, context: Int, _ shape: ModelShape
  ) throws(CheckpointError) -> RotaryScaling {
    switch kind {
    case "default": return .none
    case "linear": return .linear(factor: try object.positiveNumber("factor"))
    case "dynamic":
      return .dynamic(factor: try object.positiveNumber("factor"), context: shape.context)
    case "llama3":
      let (factor, low) = (
        try object.positiveNumber("factor"), try object.positiveNumber("low_freq_factor")
      )
      let high = try object.positiveNumber("high_freq_factor")
      try object.require(high > low, "high_freq_factor \(high) is not above low_freq_factor \(low)")
      return .llama3(.init(factor: factor, low: low, high: high, context: context))
    case "yarn": return try yarn(&object, context: context, shape)
    case "longrope": return try longRope(&object, context: context, shape)
    default:
      throw object.unsupported(
        "rope_type", found: .string(kind),
        supported: ["default", "linear", "dynamic", "llama3", "yarn", "longrope"].map {
          .string($0)
        })
    }
  }

  private func yarn(
    _ object: inout Ledger<ConfigurationValue>, context: Int, _ shape: ModelShape
  ) throws(CheckpointError) -> RotaryScaling {
    let factor =
      try object.numberIfPresent("factor") ?? Double(shape.context) / Double(context)
    try object.require(factor > 0, "factor \(factor) is not above 0")
    let (scale, scaleAll) = (
      try object.numberIfPresent("mscale") ?? 0, try object.numberIfPresent("mscale_all_dim") ?? 0
    )
    /// The growth of attention scores with the stretch, equation 22 of the paper.
    func growth(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
    let given = try object.numberIfPresent("attention_factor")
    let inferred = scale != 0 && scaleAll != 0 ? growth(scale) / growth(scaleAll) : growth(1)
    let (fast, slow) = (
      try object.numberIfPresent("beta_fast") ?? 0, try object.numberIfPresent("beta_slow") ?? 0
    )
    return .yarn(
      .init(
        factor: factor, context: context, fast: fast == 0 ? 32 : fast, slow: slow == 0 ? 1 : slow,
        attentionFactor: given ?? inferred,
        truncated: try object.bool("truncate", default: true)))
  }

  private func longRope(
    _ object: inout Ledger<ConfigurationValue>, context: Int, _ shape: ModelShape
  ) throws(CheckpointError) -> RotaryScaling {
    let (short, long) = (
      try object.numbers("short_factor"), try object.numbers("long_factor")
    )
    try object.require(
      (short + long).allSatisfy { $0 > 0 } && short.count == long.count,
      "short_factor and long_factor must be equally many positive numbers")
    let factor =
      try object.numberIfPresent("factor") ?? Double(shape.context) / Double(context)
    let inferred =
      factor <= 1 || context <= 1 ? 1 : (1 + log(factor) / log(Double(context))).squareRoot()
    let given = try object.numberIfPresent("attention_factor")
    for key in ["short_mscale", "long_mscale"] { try object.expect(key, equals: .null) }
    return .longrope(
      .init(short: short, long: long, context: context, attentionFactor: given ?? inferred))
  }
}

extension Ledger where Value == ConfigurationValue {
  /// Refuses a number of components that cannot turn in pairs, or that no head has.
  func requirePairs(_ width: Int, _ what: String) throws(CheckpointError) {
    try require(
      (2...65_536).contains(width) && width % 2 == 0,
      "\(what) cannot turn in pairs: rotary embedding needs an even number from 2 to 65536")
  }
}
