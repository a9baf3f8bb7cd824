// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTestSupport
import CajalWorkbench
import Foundation
import Testing

struct SiteListTests {
  private let folder: TemporaryFolder
  private let model: any LanguageModel

  init() throws {
    folder = try TemporaryFolder.withStandIn()
    model = try Subject.open(folder.url.path).model
  }

  private func names(_ text: String) throws -> [String] {
    try SiteList(parsing: text, for: model).sites.map(\.description)
  }

  @Test func `all means every site in order`() throws {
    #expect(try SiteList(parsing: "all", for: model).sites == model.sites)
  }

  @Test func `a name without layer means every layer, and sites come in the order of the run`()
    throws
  {
    #expect(
      try names("logits, residualPost,residualPre.1")
        == ["residualPost.0", "residualPre.1", "residualPost.1", "logits"])
  }

  @Test func `names of TransformerLens serve, and a site asked for twice comes once`() throws {
    #expect(try names("blocks.1.hook_resid_post,residualPost.1") == ["residualPost.1"])
  }

  @Test(arguments: [
    ("residualPst.1", "did you mean 'residualPost'?"),
    ("residualPost.2", "this model has the layers 0 to 1"),
    ("positionEmbedding", "this model has no site 'positionEmbedding'; it has tokenEmbedding"),
    ("routerLogits", "this model has no site 'routerLogits'"),
    ("logits.0", "has no layer"), ("residualPost.x", "is not a layer index"),
  ])
  func `a site that is not there is refused with what is near`(text: String, reason: String) {
    let error = #expect(throws: ModelError.self) { try SiteList(parsing: text, for: model) }
    #expect(error?.code == .unknownSite)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("attentionPattern.0[head=1]", "a selection cannot be recorded"), ("", "an empty name"),
    ("logits,", "an empty name"),
  ])
  func `selections and empty names are refused`(text: String, reason: String) {
    let error = #expect(throws: WorkbenchError.self) { try SiteList(parsing: text, for: model) }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }
}
