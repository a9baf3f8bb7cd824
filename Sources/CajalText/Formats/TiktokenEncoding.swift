// SPDX-License-Identifier: Apache-2.0

/// What belongs to a file of ranks and does not stand in it: how text is cut, and the special tokens.
///
/// - Reference: `tiktoken_ext/openai_public.py` of <https://github.com/openai/tiktoken>;
///   `models/llama3/tokenizer.py` of <https://github.com/meta-llama/llama-models>;
///   `tokenization_qwen.py` of <https://huggingface.co/Qwen/Qwen-7B>.
struct TiktokenEncoding: Sendable {
  /// How many ranks its file has.
  var rankCount: Int
  /// What cuts a text; nil for the pattern of GPT-2.
  var pattern: String?
  /// The special tokens and their numbers.
  var special: [(token: String, id: Int)]
  /// Whether text is composed first (normal form C).
  var composes = false
  /// The token in front of every text.
  var beginning: String?
  /// The token that ends a text.
  var end: String?
}

extension TiktokenEncoding {
  /// The names of files that say which encoding they are of, and of encodings.
  static func named(_ name: String) -> TiktokenEncoding? {
    switch name {
    case "gpt2", "r50k_base": r50k
    case "p50k_base": p50k
    case "p50k_edit": p50kEdit
    case "cl100k_base": cl100k
    case "o200k_base": o200k
    case "o200k_harmony": harmony
    case "qwen": qwen
    default: nil
    }
  }

  /// The encodings that are known by how many ranks they have.
  static func withRanks(_ count: Int) -> TiktokenEncoding? {
    [llama3, qwen, r50k, p50k, cl100k, o200k].first { $0.rankCount == count }
  }

  /// The names that can be given.
  static let names = "r50k_base, p50k_base, p50k_edit, cl100k_base, o200k_base, o200k_harmony, qwen"

  /// Letters with at most one character before them, up to three digits, signs, white space.
  static let commonPattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// The same but for white space: at the end of a text it stays together.
  private static let cl100kPattern =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
    + #"|\s+\z|\s*[\r\n]|\s+(?!\S)|\s"#

  /// Words are cut before upper case.
  private static let o200kPattern =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
    + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
    + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static let endOfText = "<|endoftext|>"

  private static let r50k = TiktokenEncoding(
    rankCount: 50_256, special: [(endOfText, 50_256)], end: endOfText)

  private static let p50k = TiktokenEncoding(
    rankCount: 50_280, special: [(endOfText, 50_256)], end: endOfText)

  private static let p50kEdit = TiktokenEncoding(
    rankCount: 50_280,
    special: [
      (endOfText, 50_256), ("<|fim_prefix|>", 50_281), ("<|fim_middle|>", 50_282),
      ("<|fim_suffix|>", 50_283),
    ], end: endOfText)

  private static let cl100k = TiktokenEncoding(
    rankCount: 100_256, pattern: cl100kPattern,
    special: [
      (endOfText, 100_257), ("<|fim_prefix|>", 100_258), ("<|fim_middle|>", 100_259),
      ("<|fim_suffix|>", 100_260), ("<|endofprompt|>", 100_276),
    ], end: endOfText)

  private static let o200k = TiktokenEncoding(
    rankCount: 199_998, pattern: o200kPattern,
    special: [(endOfText, 199_999), ("<|endofprompt|>", 200_018)], end: endOfText)

  private static let harmony: TiktokenEncoding = {
    var names = [
      199_998: "<|startoftext|>", 199_999: endOfText, 200_002: "<|return|>",
      200_003: "<|constrain|>", 200_005: "<|channel|>", 200_006: "<|start|>",
      200_007: "<|end|>", 200_008: "<|message|>", 200_012: "<|call|>",
    ]
    var special = (199_998..<201_088).map { id in (names[id] ?? "<|reserved_\(id)|>", id) }
    // Two spellings of one number: the later one is what it decodes to.
    special.insert(("<|endofprompt|>", 200_018), at: special.count)
    return TiktokenEncoding(
      rankCount: 199_998, pattern: o200kPattern, special: special, end: "<|return|>")
  }()

  private static let llama3: TiktokenEncoding = {
    let names = [
      "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>",
      "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>",
      "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
    ]
    let reserved = (2..<247).map { "<|reserved_special_token_\($0)|>" }
    return TiktokenEncoding(
      rankCount: 128_000, pattern: commonPattern,
      special: (names + reserved).enumerated().map { ($0.element, 128_000 + $0.offset) },
      beginning: "<|begin_of_text|>", end: "<|end_of_text|>")
  }()

  private static let qwen: TiktokenEncoding = {
    let names =
      [endOfText, "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" }
    return TiktokenEncoding(
      rankCount: 151_643, pattern: BytePairFiles.qwenPattern,
      special: names.enumerated().map { ($0.element, 151_643 + $0.offset) }, composes: true,
      end: endOfText)
  }()
}
