// SPDX-License-Identifier: Apache-2.0

/// How texts are cut for the byte-pair models of GGUF: what each `tokenizer.ggml.pre` means.
///
/// The name stands for patterns that follow each other; what a pattern matches becomes a piece, and so
/// does what lies between two matches. Where llama.cpp had to write a model's own pattern in another
/// way, because its library knows no categories of Unicode, the model's own one stands here.
///
/// - Reference: `llama-vocab.cpp` of <https://github.com/ggml-org/llama.cpp>.
struct GGUFCutting: Sendable {
  /// The patterns, in order.
  var patterns: [String]
  /// Whether a piece that is in the vocabulary is taken without looking at merges.
  var ignoresMerges = false
  /// Whether the token for the beginning is put in front where the file does not say.
  var addsBeginning = false
  /// Whether the vocabulary is spelled in characters that stand for bytes; otherwise in text, with `▁`
  /// for spaces and `<0x0A>` for bytes.
  var spellsBytes = true

  init(
    _ patterns: [String], ignoresMerges: Bool = false, addsBeginning: Bool = false,
    spellsBytes: Bool = true
  ) {
    self.patterns = patterns
    self.ignoresMerges = ignoresMerges
    self.addsBeginning = addsBeginning
    self.spellsBytes = spellsBytes
  }

  /// What a name means; a file without one is cut as the oldest files were.
  init(named name: String?) throws(TextError) {
    guard let name, !name.isEmpty, name != "default" else {
      self.init(Self.withoutName)
      return
    }
    guard let cutting = Self.byName[name] else {
      throw TextError(
        .unsupported,
        "tokenizer.ggml.pre is “\(VisibleText.excerpt(name))”, which is not known; take the model's "
          + "tokenizer.json")
    }
    self = cutting
  }

  private static let withoutName = [
    #"[\p{P}\$\+<=>\^~\|]+"#, SplitStep.words, #"\p{N}+"#, "[0-9][0-9][0-9]",
  ]

  private static let byName: [String: GGUFCutting] = {
    var table: [String: GGUFCutting] = [:]
    for (names, cutting) in groups {
      for name in names.split(separator: " ") { table[String(name)] = cutting }
    }
    return table
  }()

  /// Names that mean the same, with spaces between them.
  private static let groups: [(names: String, cutting: GGUFCutting)] = [
    (
      "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
      GGUFCutting([Shape.llama3], ignoresMerges: true, addsBeginning: true)
    ),
    ("dbrx smaug-bpe chatglm-bpe glm4", GGUFCutting([Shape.llama3])),
    ("minicpm5", GGUFCutting([#"\p{N}{1,3}"#, Shape.wordsAndRuns], ignoresMerges: true)),
    (
      "gpt-2 phi-2 jina-es jina-de jina-v1-en jina-v2-es jina-v2-de jina-v2-code roberta-bpe mpt "
        + "olmo jais trillion granite-docling gigachat a.x-4.0 mellum modern-bert exaone4",
      GGUFCutting([SplitStep.words])
    ),
    (
      "starcoder refact command-r smollm codeshell exaone minerva-7b mellum2",
      GGUFCutting([#"\p{N}"#, SplitStep.words])
    ),
    (
      "qwen2 deepseek-r1-qwen kormo f2llmv2 stablelm2 megrez hunyuan solar-open grok-2",
      GGUFCutting([BytePairFiles.qwenPattern])
    ),
    ("qwen35", GGUFCutting([Shape.qwen35])),
    ("ufakzeka", GGUFCutting([Shape.withoutContractions])),
    (
      "falcon",
      GGUFCutting([#"[\p{P}\$\+<=>\^~\|`]+"#, SplitStep.words, "[0-9][0-9][0-9]"])
    ),
    ("deepseek-llm", GGUFCutting(Shape.deepSeekText)),
    (
      "deepseek-coder",
      GGUFCutting([
        #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, Shape.eastAsian, #"\p{N}"#,
      ])
    ),
    (
      "deepseek-v3 hunyuan-dense joyai-llm hy_v4",
      GGUFCutting([#"\p{N}{1,3}"#, Shape.hanAndKana, Shape.deepSeek3])
    ),
    ("spark2_5", GGUFCutting([#"\p{N}{1,3}"#, Shape.hanAndKana, Shape.spark, #"\p{N}"#])),
    ("youtu", GGUFCutting(Shape.youtu, ignoresMerges: true)),
    ("poro-chat bloom gpt3-finnish", GGUFCutting([Shape.bloom])),
    ("viking", GGUFCutting([Shape.bloom, #"\p{N}"#])),
    ("tekken", GGUFCutting([Shape.tekken], ignoresMerges: true, addsBeginning: true)),
    ("gpt-4o llama4 kanana2 talkie minimax-m2", GGUFCutting([Shape.gpt4o])),
    ("granite-embed-multi-97m", GGUFCutting([Shape.gpt4o], ignoresMerges: true)),
    ("tiny_aya cohere2moe", GGUFCutting([#"\d{1,3}(?=(?:\d{3})*\b)"#, Shape.gpt4o])),
    ("kimi-k2", GGUFCutting([Shape.kimi])),
    ("superbpe", GGUFCutting([#"\p{N}+"#, #"(?=(\d{3})+(?!\d))"#])),
    ("bailingmoe bailingmoe2 llada-moe", GGUFCutting([Shape.bailing])),
    ("seed-coder", GGUFCutting([Shape.seedCoder])),
    ("exaone-moe", GGUFCutting([Shape.exaoneMixture])),
    ("jais-2", GGUFCutting([Shape.jais2])),
    ("laguna", GGUFCutting([#"[^\n]+|[\n]+"#, BytePairFiles.qwenPattern])),
    (
      "afmoe",
      GGUFCutting([#"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"#, Shape.asian, Shape.deepSeek3])
    ),
    ("chameleon", GGUFCutting(Shape.chameleon, addsBeginning: true)),
    (
      "gemma4 granite-embed-multi-311m",
      GGUFCutting([#"[^\n]+|[\n]+"#], addsBeginning: true, spellsBytes: false)
    ),
    ("sarvam-moe", GGUFCutting([#"[^\n]+|[\n]+"#], spellsBytes: false)),
  ]
}

extension GGUFCutting {
  /// Patterns by the model that brought them; each ends in white space as the last two do.
  private enum Shape {
    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let space = #"|\s+(?!\S)|\s+"#
    private static let lineEnds = #"|\s*[\r\n]+"# + space
    private static let word = #"[^\r\n\p{L}\p{N}]?\p{L}+"#
    private static let signs = #"| ?[^\s\p{L}\p{N}]+[\r\n]*"# + lineEnds

    static let llama3 = contractions + "|" + word + #"|\p{N}{1,3}"# + signs
    static let wordsAndRuns = contractions + "|" + word + #"|\p{N}+"# + signs
    static let withoutContractions = word + #"|\p{N}"# + signs
    static let qwen35 =
      contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
      + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"# + lineEnds
    static let seedCoder =
      contractions + "|" + word + #"|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+"# + lineEnds
    static let exaoneMixture =
      contractions + #"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"#
      + #"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]"# + space
    static let bailing =
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]"#
      + space
    static let jais2 =
      contractions + "|" + word + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"#
      + [512, 256, 128, 64, 32, 16, 8, 4].map { #"|\s{\#($0)}(?!\S)"# }.joined()
      + #"|\s{1,2}(?!\S)|\s{1}"#

    // Words in which a change of case begins a new piece.
    private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    private static let lead = #"[^\r\n\p{L}\p{N}]?"#
    private static func cased(_ end: String, _ digits: String) -> String {
      lead + upper + "*" + lower + "+" + end + "|" + lead + upper + "+" + lower + "*" + end + "|"
        + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + lineEnds
    }
    static let tekken = cased("", #"\p{N}"#)
    static let gpt4o = cased(contractions + "?", #"\p{N}{1,3}"#)
    static let kimi: String = {
      let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"#
      let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"#
      let end = contractions + "?"
      return #"[\p{Han}]+|"# + lead + upper + "*" + lower + "+" + end + "|" + lead + upper + "+"
        + lower + "*" + end + #"|\p{N}{1,3}"# + signs
    }()

    static let hanAndKana = "[一-龥\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"
    static let eastAsian = "[一-龥\u{0800}-一\u{AC00}-\u{D7FF}]+"
    static let asian =
      "[\u{4E00}-\u{9FFF}\u{3400}-\u{4DBF}\u{8C48}-\u{FAFF}\u{3040}-\u{309F}\u{30A0}-\u{30FF}"
      + "\u{FF65}-\u{FF9F}\u{2F00}-\u{2FDF}\u{0E40}-\u{0E7F}\u{0E80}-\u{0EFF}\u{1780}-\u{17FF}"
      + "\u{1000}-\u{109F}\u{AA60}-\u{AA7F}\u{A9E0}-\u{A9FF}\u{AC00}-\u{D7AF}\u{1100}-\u{11FF}]+"
    private static let signThenWord =
      ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
    static let deepSeek3 = signThenWord + #"| ?[\p{P}\p{S}]+[\r\n]*"# + lineEnds
    static let spark = signThenWord + #"| ?[\p{P}\p{S}]+|[\r\n]"# + space
    static let deepSeekText = [
      #"[\r\n]"#, GGUFLetters.deepSeek,
      #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+$"#, eastAsian, #"\p{N}+"#,
    ]
    static let youtu = [
      "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|" + hanAndKana,
      cased(contractions + "?", #"\p{N}"#),
    ]
    static let bloom = #" ?[^(\s|.,!?…。，、।۔،)]+"#
    static let chameleon = [
      "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", "([\\t\\n]|    |  )", #"\p{N}"#,
      #"[\p{P}!-/:-@\[-`{-~]"#, SplitStep.words,
    ]
  }
}
