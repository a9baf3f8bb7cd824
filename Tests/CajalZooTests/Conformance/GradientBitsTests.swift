// SPDX-License-Identifier: Apache-2.0
import Testing

struct GradientBitsTests {
  /// One model of every family suffices for what the blocks share.
  static let models = GradientTests.fixtures.filter { reference in
    let name = reference.name
    return name.hasSuffix("-sites")
      || [
        "gpt2-inner", "gpt-neo-window", "phi-norms", "qwen3-window", "gemma2-window",
        "gemma3-pattern", "mistral-window", "opt-350m", "opt-projected", "stablelm-parallel",
        "tl-layer-norm", "tl-rms-gated", "tl-solu", "tl-attention-only",
      ].contains(name)
  }

  @Test(arguments: models)
  func `many cotangents equal one at a time, bit for bit`(_ reference: ReferenceModel) throws {
    try GradientConformance(reference).verifyManyCotangents()
  }

  @Test(arguments: models)
  func `watching changes no bit of any gradient`(_ reference: ReferenceModel) throws {
    try GradientConformance(reference).verifyWatching()
  }

  @Test(arguments: models)
  func `threads and layers computed again change no bit`(_ reference: ReferenceModel) throws {
    try GradientConformance(reference).verifyThreadsAndRecomputing()
  }

  @Test(arguments: models)
  func `packing sequences changes no bit of their gradients`(_ reference: ReferenceModel) throws {
    try GradientConformance(reference).verifyPacking()
  }
}
