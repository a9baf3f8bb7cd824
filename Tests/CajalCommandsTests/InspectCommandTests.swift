// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands

struct InspectCommandTests {
  @Test func `the plain form names counts, sites, tokenizer, files and what was excused`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of("inspect", folder.model)
    #expect(run.errors.isEmpty && run.exitCode == 0)
    for line in [
      "model · Llama (model_type llama)\n", "\n  Parameters    39,712\n",
      "\n  Heads         4 of width 8, sharing 2 for keys and values\n",
      "BPE with byte fallback, 258 tokens; a text begins with token 0; it ends with token 1\n",
      "\n  attentionPattern.0–1     H × N × longest\n", "\n  logits                   N × V\n",
      "model.safetensors (", "\n  architectures  names and housekeeping\n",
    ] {
      #expect(run.output.contains(line), "\(line) in \(run.output)")
    }
  }

  @Test func `JSON lists every layer of every site`() throws {
    let folder = try TemporaryFolder.withModel()
    let json = try Invocation.of("inspect", folder.model, "--json").json()
    #expect(json["parameters"] as? Int == 39_712)
    let sites = try #require(json["sites"] as? [[String: Any]])
    let post = sites.first { $0["name"] as? String == "residualPost" }
    #expect(post?["layers"] as? [Int] == [0, 1])
    #expect((json["shape"] as? [String: Any])?["width"] as? Int == 32)
    #expect(
      (json["excusedKeys"] as? [[String: String]])?.contains { $0["name"] == "architectures" }
        == true)
  }
}
