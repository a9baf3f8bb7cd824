// SPDX-License-Identifier: Apache-2.0

/// TransformerLens's names of activations, read as aliases because published files use them.
///
/// `ln1.hook_normalized` is read as the value before gain and bias: it is what models with folded
/// norms, on which published dictionaries were trained, have at that name.
enum TransformerLensNames {
  /// The site a TransformerLens name denotes; nil when the text is not one of them.
  static func site(_ text: String) -> Site? {
    if let name = outside[text] { return Site(name) }
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "blocks", let layer = Site.layerIndex(parts[1]),
      let name = inside[String(parts[2])]
    else { return nil }
    return Site(name, layer: layer)
  }

  private static let outside: [String: Site.Name] = [
    "hook_embed": .tokenEmbedding, "hook_pos_embed": .positionEmbedding,
    "ln_final.hook_scale": .finalNormScale, "unembed.hook_in": .finalNormalized,
  ]

  private static let inside: [String: Site.Name] = [
    "hook_resid_pre": .residualPre, "hook_resid_mid": .residualMid,
    "hook_resid_post": .residualPost, "hook_attn_out": .attentionOut, "hook_mlp_out": .mlpOut,
    "ln1.hook_scale": .attentionNormScale, "ln1.hook_normalized": .attentionNormalized,
    "ln2.hook_scale": .mlpNormScale, "ln2.hook_normalized": .mlpNormalized,
    "attn.hook_q": .query, "attn.hook_k": .key, "attn.hook_v": .value,
    "attn.hook_rot_q": .queryRotated, "attn.hook_rot_k": .keyRotated,
    "attn.hook_attn_scores": .attentionScores, "attn.hook_pattern": .attentionPattern,
    "attn.hook_z": .headOutput, "mlp.hook_pre": .mlpPre, "mlp.hook_pre_linear": .mlpLinear,
    "mlp.hook_post": .mlpPost,
  ]
}
