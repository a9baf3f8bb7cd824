// SPDX-License-Identifier: Apache-2.0
import CajalModel
import Foundation
import Testing

struct SiteTests {
  @Test(arguments: Site.Name.allCases)
  func `a site reads back from its text and from JSON`(_ name: Site.Name) throws {
    let site = name.isInLayer ? Site(name, layer: 31) : Site(name)
    #expect(site.description == (name.isInLayer ? "\(name.rawValue).31" : name.rawValue))
    #expect(try Site(parsing: site.description) == site)
    let json = try JSONEncoder().encode([site])
    #expect(String(decoding: json, as: UTF8.self) == "[\"\(site)\"]")
    #expect(try JSONDecoder().decode([Site].self, from: json) == [site])
  }

  /// The names of TransformerLens's activation cache, as HookedTransformer's hook points spell them.
  @Test(arguments: [
    ("hook_embed", Site(.tokenEmbedding)), ("hook_pos_embed", Site(.positionEmbedding)),
    ("ln_final.hook_scale", Site(.finalNormScale)),
    ("blocks.0.hook_resid_pre", Site(.residualPre, layer: 0)),
    ("blocks.3.hook_resid_mid", Site(.residualMid, layer: 3)),
    ("blocks.11.hook_resid_post", Site(.residualPost, layer: 11)),
    ("blocks.2.hook_attn_out", Site(.attentionOut, layer: 2)),
    ("blocks.2.hook_mlp_out", Site(.mlpOut, layer: 2)),
    ("blocks.2.ln1.hook_scale", Site(.attentionNormScale, layer: 2)),
    ("blocks.2.ln1.hook_normalized", Site(.attentionNormalized, layer: 2)),
    ("blocks.2.ln2.hook_scale", Site(.mlpNormScale, layer: 2)),
    ("blocks.2.ln2.hook_normalized", Site(.mlpNormalized, layer: 2)),
    ("blocks.2.attn.hook_q", Site(.query, layer: 2)),
    ("blocks.2.attn.hook_k", Site(.key, layer: 2)),
    ("blocks.2.attn.hook_v", Site(.value, layer: 2)),
    ("blocks.2.attn.hook_rot_q", Site(.queryRotated, layer: 2)),
    ("blocks.2.attn.hook_rot_k", Site(.keyRotated, layer: 2)),
    ("blocks.2.attn.hook_attn_scores", Site(.attentionScores, layer: 2)),
    ("blocks.2.attn.hook_pattern", Site(.attentionPattern, layer: 2)),
    ("blocks.2.attn.hook_z", Site(.headOutput, layer: 2)),
    ("blocks.2.mlp.hook_pre", Site(.mlpPre, layer: 2)),
    ("blocks.2.mlp.hook_pre_linear", Site(.mlpLinear, layer: 2)),
    ("blocks.2.mlp.hook_post", Site(.mlpPost, layer: 2)),
  ])
  func `the names of TransformerLens are aliases`(_ alias: String, _ site: Site) throws {
    #expect(try Site(parsing: alias) == site)
  }

  @Test(arguments: [
    ("", "there is no site ''"), ("nonsense", "there is no site 'nonsense'"),
    ("residualPost", "needs one layer, as in 'residualPost.0'"),
    ("residualPost.", "'' in site 'residualPost.' is not a layer index"),
    ("residualPost.x", "'x' in site 'residualPost.x' is not a layer index"),
    ("residualPost.-1", "'-1' in site 'residualPost.-1' is not a layer index"),
    ("residualPost.+1", "'+1' in site 'residualPost.+1' is not a layer index"),
    ("residualPost.1.2", "needs one layer"),
    ("residualPost.99999999999999999999", "is not a layer index"),
    ("logits.0", "site 'logits' has no layer: 'logits.0'"),
    ("blocks.1.hook_nothing", "there is no site 'blocks.1.hook_nothing'"),
    ("blocks.-1.hook_resid_pre", "there is no site 'blocks.-1.hook_resid_pre'"),
    ("blocks.+1.hook_resid_pre", "there is no site 'blocks.+1.hook_resid_pre'"),
  ])
  func `a text that names no site is refused`(_ text: String, _ message: String) {
    let error = #expect(throws: ModelError.self) { try Site(parsing: text) }
    #expect(error?.code == .unknownSite)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("residualpost.2", "residualPost"), ("residPost.2", "residualPost"), ("logit", "logits"),
    ("attentionPatern.1", "attentionPattern"), ("mlppost.0", "mlpPost"),
  ])
  func `the nearest name is suggested`(_ text: String, _ near: String) {
    let error = #expect(throws: ModelError.self) { try Site(parsing: text) }
    #expect(error?.message.contains("did you mean '\(near)'?") == true, "\(error?.message ?? "")")
  }

  @Test func `a name far from all gets no suggestion`() {
    let error = #expect(throws: ModelError.self) { try Site(parsing: "qqqqqqqqqqqqq") }
    #expect(error?.message.contains("did you mean") == false)
  }
}
