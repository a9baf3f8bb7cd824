// SPDX-License-Identifier: Apache-2.0
package import CajalModel

/// The sites of which TransformerLens's `run_with_cache` keeps the values, under its names.
package struct CachedSites: Sendable {
  /// Its names, and the sites they are here.
  package let names: [(name: String, site: Site)]

  /// All of them, as far as a model has them.
  ///
  /// The final norm's `hook_normalized` is its output, which the unembedding sees: TransformerLens
  /// folds gain and bias away.
  package init(of model: any LanguageModel) throws {
    let inLayers = [
      "hook_resid_pre", "ln1.hook_scale", "ln1.hook_normalized", "attn.hook_q", "attn.hook_k",
      "attn.hook_v", "attn.hook_rot_q", "attn.hook_rot_k", "attn.hook_attn_scores",
      "attn.hook_pattern", "attn.hook_z", "hook_attn_out", "hook_resid_mid", "ln2.hook_scale",
      "ln2.hook_normalized", "mlp.hook_pre", "mlp.hook_pre_linear", "mlp.hook_post",
      "hook_mlp_out", "hook_resid_post",
    ]
    let names =
      ["hook_embed", "hook_pos_embed"]
      + (0..<model.shape.layers).flatMap { layer in inLayers.map { "blocks.\(layer).\($0)" } }
      + ["ln_final.hook_scale"]
    let visited = Set(model.sites)
    let found = try names.map { ($0, try Site(parsing: $0)) }
    self.names =
      found.filter { visited.contains($0.1) } + [
        ("ln_final.hook_normalized", Site(.finalNormalized)),
        ("unembed.hook_in", Site(.finalNormalized)), ("unembed.hook_out", Site(.logits)),
      ]
  }

  /// The sites.
  package var sites: Set<Site> { Set(names.map(\.site)) }
}
