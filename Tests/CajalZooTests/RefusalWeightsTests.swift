// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import Testing

/// Weights that do not fit their configuration are refused by name.
struct RefusalWeightsTests {
  /// A name without the prefixes that carry no meaning.
  private static func short(_ name: String) -> String {
    for prefix in [
      "model.language_model.", "language_model.model.", "model.decoder.", "decoder.", "model.",
      "transformer.", "gpt_neox.",
    ] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
  }

  @Test(arguments: RefusalFixture.families)
  func `a missing tensor is refused`(_ fixture: RefusalFixture) throws {
    let tensors = try fixture.tensors()
    for name in try fixture.usedNames() {
      // TransformerLens's biases may be absent; what else is there must be.
      if fixture.family == "HookedTransformer", name.contains(".b_") || name == "unembed.b_U" {
        continue
      }
      let kept = tensors.filter { $0.name != name }.map { OutgoingTensor($0.name, $0) }
      expectRefusal("\(fixture.name) without \(name)", naming: ["'\(Self.short(name))'"]) {
        _ = try fixture.load(kept)
      }
    }
  }

  @Test(arguments: RefusalFixture.families)
  func `a tensor nobody asked for is refused`(_ fixture: RefusalFixture) throws {
    let tensors = try fixture.tensors().map { OutgoingTensor($0.name, $0) }
    let extra = OutgoingTensor("layers.0.lora_A.weight", Tensor(zeros: [2, 2]))
    expectRefusal("\(fixture.name)", naming: ["layers.0.lora_A.weight"]) {
      _ = try fixture.load(tensors + [extra])
    }
  }

  @Test(arguments: RefusalFixture.families)
  func `a tensor of another shape is refused`(_ fixture: RefusalFixture) throws {
    let names = try fixture.usedNames()
    let tensors = try fixture.tensors().filter { names.contains($0.name) }
    for name in names {
      let changed = try tensors.map { tensor in
        guard tensor.name == name else { return OutgoingTensor(tensor.name, tensor) }
        return OutgoingTensor(name, try tensor.tensor().reshaped([1] + tensor.shape))
      }
      expectRefusal("\(fixture.name) with another \(name)", naming: ["'\(name)'", "shape"]) {
        _ = try fixture.load(changed)
      }
    }
  }

  @Test(arguments: RefusalFixture.families, [Float.nan, .infinity])
  func `a number that is not finite is refused`(_ fixture: RefusalFixture, _ bad: Float) throws {
    let tensors = try fixture.tensors()
    for name in try fixture.usedNames() {
      let changed = try tensors.map { tensor in
        guard tensor.name == name else { return OutgoingTensor(tensor.name, tensor) }
        var values = try tensor.tensor()
        values.withMutableFloats { $0[$0.count - 1] = bad }
        return OutgoingTensor(name, values)
      }
      expectRefusal("\(fixture.name) with \(bad) in \(name)", naming: [name, "not finite"]) {
        _ = try fixture.load(changed)
      }
    }
  }

  /// The unembedding and the embedding of the families that tie them by their defaults.
  static let copies = [
    "gpt2": ("lm_head.weight", "wte.weight"), "gpt_neo": ("lm_head.weight", "wte.weight"),
    "opt": ("lm_head.weight", "embed_tokens.weight"),
    "gemma": ("lm_head.weight", "embed_tokens.weight"),
    "gemma2": ("lm_head.weight", "embed_tokens.weight"),
    "gemma3_text": ("lm_head.weight", "embed_tokens.weight"),
  ]

  @Test(arguments: RefusalFixture.families.filter { copies[$0.family] != nil })
  func `a tied copy is excused when it is one and refused when it differs`(
    _ fixture: RefusalFixture
  ) throws {
    let (copy, original) = try #require(Self.copies[fixture.family])
    var tied = fixture
    tied.configuration["tie_word_embeddings"] = true
    let tensors = try fixture.tensors().filter { $0.name != copy }
    let embedding = try #require(tensors.first { $0.name.hasSuffix(original) }).tensor()
    let rest = tensors.map { OutgoingTensor($0.name, $0) }
    _ = try tied.load(rest + [OutgoingTensor(copy, embedding)])
    var other = embedding
    other.withMutableFloats { $0[$0.count - 1] += 1 }
    expectRefusal("\(fixture.name)", naming: [copy, "tie_word_embeddings"]) {
      _ = try tied.load(rest + [OutgoingTensor(copy, other)])
    }
  }
}
