// SPDX-License-Identifier: Apache-2.0

/// Puts a SentencePiece model into the terms of a `tokenizer.json`, as the classes of transformers do.
///
/// The model gives pieces with scores, a map of replacements and marks; the class gives everything
/// else: how spaces are written, which tokens stand around a text, where pieces get other numbers.
/// What the library itself makes of the model is something else: see ``SentencePieceTokenizer``.
///
/// - Reference: `tokenization_utils_tokenizers.py`, `convert_slow_tokenizer.py` and the classes below
///   `models` of <https://github.com/huggingface/transformers>, version 5.23.
struct SentencePieceTerms {
  let proto: SentencePieceProto
  let kind: SentencePieceClass
  var configuration: TokenizerConfiguration

  /// The tokenizer of a file with what stands beside it.
  ///
  /// - Cost: The number of bytes of all pieces.
  static func tokenizer(
    _ file: [UInt8], as kind: SentencePieceClass, _ configuration: TokenizerConfiguration
  ) throws(TextError) -> TokenizerPipeline {
    let proto = try SentencePieceProto(file)
    _ = try proto.checked()
    var terms = SentencePieceTerms(proto: proto, kind: kind, configuration: configuration)
    guard terms.sentinelCount <= 1 << 16 else {
      throw TextError(
        .unsupported, "“extra_ids” is \(terms.sentinelCount), more than \(1 << 16)")
    }
    terms.setMarks()
    terms.setTokens()
    let value = JSONValue.tokenizer(
      normalizer: terms.normalizer, preTokenizer: terms.preTokenizer, decoder: terms.decoder,
      model: try terms.model())
    return try TokenizerPipeline(value, terms.configuration) { names throws(TextError) in
      try terms.template(names)
    }
  }
}

// MARK: - Tokens
extension SentencePieceTerms {
  /// What the classes take where the configuration names no token.
  private mutating func setMarks() {
    let marks: [(role: String, content: String)] =
      switch kind {
      case .generic: trainedMarks
      case .llama: Self.plainMarks
      case .codeLlama: Self.plainMarks + Self.infillMarks
      case .gemma:
        [
          ("unk_token", "<unk>"), ("bos_token", "<bos>"), ("eos_token", "<eos>"),
          ("pad_token", "<pad>"), ("mask_token", "<mask>"),
        ]
      case .t5: [("eos_token", "</s>"), ("unk_token", "<unk>"), ("pad_token", "<pad>")]
      case .xlmRoberta, .camembert, .mbart:
        Self.plainMarks + [
          ("sep_token", "</s>"), ("cls_token", "<s>"), ("pad_token", "<pad>"),
          ("mask_token", "<mask>"),
        ]
      case .albert:
        [
          ("bos_token", "[CLS]"), ("eos_token", "[SEP]"), ("unk_token", "<unk>"),
          ("sep_token", "[SEP]"), ("pad_token", "<pad>"), ("cls_token", "[CLS]"),
          ("mask_token", "[MASK]"),
        ]
      }
    for (role, content) in marks { configuration.setDefault(role, content) }
    if kind == .camembert || kind == .mbart {
      configuration.setDefaultSettings("mask_token") { $0.stripsLeft = true }
    }
    if kind == .codeLlama, configuration.addsBeginningOfSequence == nil {
      configuration.addsBeginningOfSequence = true
    }
  }

  private static let plainMarks = [
    (role: "unk_token", content: "<unk>"), (role: "bos_token", content: "<s>"),
    (role: "eos_token", content: "</s>"),
  ]

  private static let infillMarks = [
    (role: "prefix_token", content: "▁<PRE>"), (role: "middle_token", content: "▁<MID>"),
    (role: "suffix_token", content: "▁<SUF>"), (role: "eot_token", content: "▁<EOT>"),
    (role: "fill_token", content: "<FILL_ME>"),
  ]

  /// The marks that the model was trained with.
  private var trainedMarks: [(role: String, content: String)] {
    func text(_ spelling: ArraySlice<UInt8>) -> String {
      spelling.isEmpty ? "<unk>" : String(decoding: spelling, as: UTF8.self)
    }
    let marks = [
      ("bos_token", proto.beginning, proto.trainedBeginning),
      ("eos_token", proto.end, proto.trainedEnd),
      ("unk_token", proto.unknownSpelling, proto.trainedUnknown),
    ]
    return marks.filter { $0.2 >= 0 }.map { ($0.0, text($0.1)) }
  }

  /// Control pieces and those of the model's author are found in a text, unless the configuration lists
  /// special tokens of its own.
  private mutating func setTokens() {
    if let own = configuration.sentencePiece.extraTokens {
      configuration.setExtraTokens(own)
      return
    }
    configuration.setExtraTokens([])
    var tokens = proto.pieces.filter { $0.kind == .control || $0.kind == .userDefined }.map {
      AddedToken(
        content: String(decoding: $0.spelling, as: UTF8.self), isSpecial: $0.kind == .control)
    }
    switch kind {
    case .t5:
      let isGiven = tokens.contains { Self.isSentinel($0.content) }
      if !isGiven { tokens += (0..<sentinelCount).map { .special("<extra_id_\($0)>") } }
    case .codeLlama:
      let empty = configuration.emptyRoles
      tokens += Self.infillMarks.filter { !empty.contains($0.role) }.map { .special($0.content) }
    case .mbart: tokens = Self.languages.map(AddedToken.special) + tokens
    default: break
    }
    configuration.modelTokens = tokens
  }

  /// How many sentinels T5 has behind its pieces.
  var sentinelCount: Int { configuration.sentencePiece.sentinelCount ?? 100 }

  private static func isSentinel(_ content: String) -> Bool { content.contains("<extra_id_") }

  /// The marks of languages of mBART.
  static let languages = [
    "ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI", "fr_XX", "gu_IN", "hi_IN",
    "it_IT", "ja_XX", "kk_KZ", "ko_KR", "lt_LT", "lv_LV", "my_MM", "ne_NP", "nl_XX", "ro_RO",
    "ru_RU", "si_LK", "tr_TR", "vi_VN", "zh_CN",
  ]

  /// The text of a role, which every class that asks for one has.
  func mark(_ role: String) -> String { configuration.specialTokens[role] ?? "None" }
}
