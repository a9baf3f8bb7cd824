// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
public import Foundation

/// A small model with random weights, for machines that have no model yet.
///
/// It is a Llama of two layers over single characters, drawn from a fixed seed, written as a checkpoint
/// and loaded like any other. Nothing was ever trained: what a scan of it shows is what a scan looks
/// like, and where its numbers must lie when there is nothing to find.
public struct StandIn: Sendable {
  /// The seed of the weights.
  public static let seed: UInt64 = 1906
  /// What it is called in reports.
  public static let name = "stand-in with random weights"

  private static let (layers, width, heads, keyValueHeads) = (2, 32, 4, 2)
  private static let (headWidth, hidden, context) = (8, 88, 256)

  /// Makes the stand-in in a temporary folder, opens it, and removes the folder behind `body`.
  public static func withSubject<Result>(
    job: Job = .unwatched, _ body: (Subject) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "cajal-stand-in-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Should the system refuse to remove it, a few kilobytes stay in the folder for temporary files.
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(to: folder)
    return try body(Subject.open(folder.path, name: name, job: job))
  }

  /// Writes the checkpoint into a folder that exists.
  public static func write(to folder: URL) throws {
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt"],
      to: folder.appendingPathComponent("model.safetensors").path)
    try Data(configuration.json(indented: true).utf8).write(
      to: folder.appendingPathComponent("config.json"), options: .atomic)
    try Data(tokenizer.json(indented: true).utf8).write(
      to: folder.appendingPathComponent("tokenizer.json"), options: .atomic)
  }

  private static var configuration: ConfigurationValue {
    [
      "model_type": "llama", "architectures": ["LlamaForCausalLM"],
      "num_hidden_layers": .integer(layers), "hidden_size": .integer(width),
      "num_attention_heads": .integer(heads), "num_key_value_heads": .integer(keyValueHeads),
      "head_dim": .integer(headWidth), "intermediate_size": .integer(hidden),
      "vocab_size": .integer(pieces.count), "max_position_embeddings": .integer(context),
      "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
      "tie_word_embeddings": false, "bos_token_id": 0, "eos_token_id": 1,
    ]
  }

  /// Normal numbers of variance 1 / inputs, so that activations neither grow nor vanish; gains of one.
  private static var tensors: [OutgoingTensor] {
    var tensors: [OutgoingTensor] = []
    func add(_ name: String, _ rows: Int, _ columns: Int) {
      let draws = Philox(seed: seed, stream: UInt64(tensors.count))
      let scale = 1 / Float(columns).squareRoot()
      tensors.append(OutgoingTensor(name, draws.normals(shape: [rows, columns], scale: scale)))
    }
    func addGain(_ name: String) {
      tensors.append(OutgoingTensor(name, Tensor(repeating: 1, shape: [width])))
    }
    add("model.embed_tokens.weight", pieces.count, width)
    for layer in 0..<layers {
      let name = "model.layers.\(layer)"
      addGain(name + ".input_layernorm.weight")
      add(name + ".self_attn.q_proj.weight", heads * headWidth, width)
      add(name + ".self_attn.k_proj.weight", keyValueHeads * headWidth, width)
      add(name + ".self_attn.v_proj.weight", keyValueHeads * headWidth, width)
      add(name + ".self_attn.o_proj.weight", width, heads * headWidth)
      addGain(name + ".post_attention_layernorm.weight")
      add(name + ".mlp.gate_proj.weight", hidden, width)
      add(name + ".mlp.up_proj.weight", hidden, width)
      add(name + ".mlp.down_proj.weight", width, hidden)
    }
    addGain("model.norm.weight")
    add("lm_head.weight", pieces.count, width)
    return tensors
  }

  /// Two marks, then every byte: as itself where it is a printable letter of ASCII, else as its number.
  private static let pieces: [String] =
    ["<s>", "</s>"]
    + (0...255).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return (0x20...0x7E).contains(byte)
        ? String(UnicodeScalar(UInt8(byte))) : "<0x\(byte < 16 ? "0" : "")\(digits)>"
    }

  private static var tokenizer: ConfigurationValue {
    let marks = ["<s>", "</s>"].enumerated().map { index, mark -> ConfigurationValue in
      [
        "id": .integer(index), "content": .string(mark), "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false, "special": true,
      ]
    }
    let numbered = pieces.enumerated().map { ($0.element, ConfigurationValue.integer($0.offset)) }
    return [
      "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(marks),
      "normalizer": nil, "pre_tokenizer": nil,
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [
          ["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
        ],
        "pair": [
          ["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
          ["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 0]],
        ],
        "special_tokens": ["<s>": ["id": "<s>", "ids": [0], "tokens": ["<s>"]]],
      ],
      "decoder": ["type": "Sequence", "decoders": [["type": "ByteFallback"], ["type": "Fuse"]]],
      "model": [
        "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil,
        "end_of_word_suffix": nil, "fuse_unk": false, "byte_fallback": true,
        "ignore_merges": false, "vocab": .object(Dictionary(uniqueKeysWithValues: numbered)),
        "merges": [],
      ],
    ]
  }
}
