// SPDX-License-Identifier: Apache-2.0
package import CajalCheckpoint
import CajalTensor
package import Foundation

/// A checkpoint of random weights in the shape of a known model: speed does not ask what was learned.
///
/// It is written as files and loaded like any other, so that loading and memory are those of a real
/// one. Matrices are normal numbers of deviation 0.02, as GPT-2 and Llama are initialised; gains are
/// one and biases zero.
package struct RandomCheckpoint: Sendable {
  /// The configuration file.
  package let configuration: ConfigurationValue
  /// What is written, in this order: deviation 0 means zeros, nil means ones.
  private let tensors: [(name: String, shape: [Int], deviation: Float?)]

  /// GPT-2: by default the small one, 124 million weights.
  package static func gpt2(
    layers: Int = 12, width: Int = 768, heads: Int = 12, vocabulary: Int = 50257,
    context: Int = 1024
  ) -> RandomCheckpoint {
    var tensors: [(name: String, shape: [Int], deviation: Float?)] = [
      ("transformer.wte.weight", [vocabulary, width], 0.02),
      ("transformer.wpe.weight", [context, width], 0.02),
      ("transformer.ln_f.weight", [width], nil), ("transformer.ln_f.bias", [width], 0),
    ]
    for layer in 0..<layers {
      let name = "transformer.h.\(layer)."
      for norm in ["ln_1", "ln_2"] {
        tensors += [(name + norm + ".weight", [width], nil), (name + norm + ".bias", [width], 0)]
      }
      for (matrix, inputs, outputs) in [
        ("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
        ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width),
      ] {
        tensors += [
          (name + matrix + ".weight", [inputs, outputs], 0.02),
          (name + matrix + ".bias", [outputs], 0),
        ]
      }
    }
    return RandomCheckpoint(
      configuration: [
        "model_type": "gpt2", "n_layer": .integer(layers), "n_embd": .integer(width),
        "n_head": .integer(heads), "vocab_size": .integer(vocabulary),
        "n_positions": .integer(context), "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5, "tie_word_embeddings": true,
      ], tensors: tensors)
  }

  /// Llama: by default the one of 15 million weights.
  package static func llama(
    layers: Int = 6, width: Int = 288, heads: Int = 6, hidden: Int = 768, vocabulary: Int = 32000,
    context: Int = 256
  ) -> RandomCheckpoint {
    var tensors: [(name: String, shape: [Int], deviation: Float?)] = [
      ("model.embed_tokens.weight", [vocabulary, width], 0.02), ("model.norm.weight", [width], nil),
    ]
    for layer in 0..<layers {
      let name = "model.layers.\(layer)."
      for norm in ["input_layernorm", "post_attention_layernorm"] {
        tensors.append((name + norm + ".weight", [width], nil))
      }
      for matrix in ["q_proj", "k_proj", "v_proj", "o_proj"] {
        tensors.append((name + "self_attn." + matrix + ".weight", [width, width], 0.02))
      }
      for matrix in ["gate_proj", "up_proj"] {
        tensors.append((name + "mlp." + matrix + ".weight", [hidden, width], 0.02))
      }
      tensors.append((name + "mlp.down_proj.weight", [width, hidden], 0.02))
    }
    return RandomCheckpoint(
      configuration: [
        "model_type": "llama", "num_hidden_layers": .integer(layers),
        "hidden_size": .integer(width), "num_attention_heads": .integer(heads),
        "num_key_value_heads": .integer(heads), "intermediate_size": .integer(hidden),
        "vocab_size": .integer(vocabulary), "max_position_embeddings": .integer(context),
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
        "tie_word_embeddings": true,
      ], tensors: tensors)
  }

  /// Writes `config.json` and `model.safetensors` into a folder, which is created where it is absent.
  package func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let writer = try SafetensorsWriter(
      folder.appending(path: "model.safetensors").path,
      tensors.map { SafetensorsWriter.Declaration($0.name, .float32, $0.shape) },
      metadata: ["format": "pt"])
    for (stream, tensor) in tensors.enumerated() {
      let values =
        switch tensor.deviation {
        case nil: Tensor(repeating: 1, shape: tensor.shape)
        case 0: Tensor(zeros: tensor.shape)
        case .some(let deviation):
          Philox(seed: 1906, stream: UInt64(stream)).normals(
            shape: tensor.shape, scale: deviation)
        }
      try values.withFloats { try writer.append(UnsafeRawBufferPointer($0), to: tensor.name) }
    }
    try writer.finish()
    try Data(configuration.json(indented: true).utf8).write(
      to: folder.appending(path: "config.json"), options: .atomic)
  }

  /// Writes the checkpoint into a temporary folder, and removes the folder behind `body`.
  package func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "cajal-benchmark-\(UUID().uuidString)")
    // Should the system refuse to remove it, the files stay in the folder for temporary files.
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(to: folder)
    return try body(folder)
  }
}
