// SPDX-License-Identifier: Apache-2.0

/// Reads a vocabulary and merges in files of their own: `vocab.json` and `merges.txt`, which OpenAI
/// once called `encoder.json` and `vocab.bpe`.
///
/// The files say nothing about what happens around the model; the class that the configuration names
/// does. Without a class they are read as those of GPT-2, for which the layout was made.
///
/// - Reference: `models/gpt2`, `models/roberta` and `models/qwen2` of
///   <https://github.com/huggingface/transformers>, version 5.
enum BytePairFiles {
  /// The tokenizers that come in this layout.
  private enum Family {
    case gpt2, roberta, qwen2
  }

  private static let families: [String: Family] = [
    "GPT2Tokenizer": .gpt2, "CodeGenTokenizer": .gpt2, "RobertaTokenizer": .roberta,
    "BartTokenizer": .roberta, "LongformerTokenizer": .roberta, "LEDTokenizer": .roberta,
    "Qwen2Tokenizer": .qwen2,
  ]

  /// The pattern of Qwen 2.
  static let qwenPattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
    + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// Puts the two files together with what the configuration says.
  static func tokenizer(
    vocabulary: [UInt8], merges: [UInt8], _ configuration: TokenizerConfiguration?
  ) throws(TextError) -> TokenizerPipeline {
    var configuration = configuration ?? TokenizerConfiguration()
    let family = try family(configuration.tokenizerClass)
    setMarks(family, &configuration)
    let pieces = try JSONParser.parse(vocabulary)
    let model: JSONValue = [
      "type": "BPE", "vocab": pieces, "merges": .array(try pairs(merges)),
      "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false,
    ]
    let prefix = configuration.addsPrefixSpace ?? false
    let preTokenizer: JSONValue =
      family == .qwen2
      ? .byteLevel(pattern: qwenPattern, addsPrefixSpace: prefix)
      : .byteLevel(addsPrefixSpace: prefix)
    let value = JSONValue.tokenizer(
      normalizer: family == .qwen2 ? ["type": "NFC"] : nil, preTokenizer: preTokenizer,
      decoder: .byteLevel(), model: model)
    return try TokenizerPipeline(value, configuration) { names throws(TextError) in
      switch family {
      case .roberta: try roberta(configuration, names)
      default: try configuration.template(names)
      }
    }
  }

  private static func family(_ name: String?) throws(TextError) -> Family {
    guard var name else { return .gpt2 }
    if name.hasSuffix("Fast") { name.removeLast(4) }
    if name == "PreTrainedTokenizer" { return .gpt2 }
    guard let family = families[name] else {
      throw TextError(
        .unsupported,
        "vocab.json and merges.txt of a \(VisibleText.excerpt(name)) are not implemented; put the "
          + "model's tokenizer.json beside them")
    }
    return family
  }

  /// What these classes take where the configuration names no token.
  private static func setMarks(_ family: Family, _ configuration: inout TokenizerConfiguration) {
    let marks: [String: String] =
      switch family {
      case .gpt2:
        [
          "unk_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>",
        ]
      case .roberta:
        [
          "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>",
          "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>",
        ]
      case .qwen2:
        [
          "unk_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
        ]
      }
    for (role, content) in marks { configuration.setDefault(role, content) }
  }

  private static func roberta(
    _ configuration: TokenizerConfiguration, _ names: TokenNames
  ) throws(TextError) -> JSONValue {
    func mark(_ role: String) throws(TextError) -> JSONValue {
      guard let content = configuration.specialTokens[role], let id = names.id(of: content) else {
        throw TextError(.malformed, "“\(role)” is not in the vocabulary")
      }
      return [.string(content), .integer(id)]
    }
    return [
      "type": "RobertaProcessing", "sep": try mark("sep_token"), "cls": try mark("cls_token"),
      "trim_offsets": .bool(configuration.trimsOffsets ?? true),
      "add_prefix_space": .bool(configuration.addsPrefixSpace ?? false),
    ]
  }

  /// Reads one merge a line: two pieces with a space between them.
  private static func pairs(_ file: [UInt8]) throws(TextError) -> [JSONValue] {
    var pairs: [JSONValue] = []
    for (index, line) in TextLines.split(file).enumerated() {
      if line.starts(with: "#version".utf8) { continue }
      let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw TextError(
          .malformed, "line \(index + 1) of the merges must be two pieces with a space between them"
        )
      }
      pairs.append([
        .string(try TextLines.text(parts[0], index + 1)),
        .string(try TextLines.text(parts[1], index + 1)),
      ])
    }
    return pairs
  }
}

extension TokenizerConfiguration {
  /// The template that puts the tokens for beginning and end where the switches say so.
  func template(_ names: TokenNames) throws(TextError) -> JSONValue {
    func mark(_ role: String, _ isPut: Bool?) -> (token: String, id: Int)? {
      guard isPut == true, let content = specialTokens[role], let id = names.id(of: content) else {
        return nil
      }
      return (content, id)
    }
    return .template(
      before: mark("bos_token", addsBeginningOfSequence),
      after: mark("eos_token", addsEndOfSequence))
  }
}
