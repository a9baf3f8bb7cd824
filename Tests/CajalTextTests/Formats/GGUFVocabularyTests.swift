// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

/// Vocabularies put together by hand; what real ones do is compared where their files are read.
struct GGUFVocabularyTests {
  private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  /// Marks, a few letters spelled in bytes, and two merges.
  private func bytePairs(_ cutting: String?) -> GGUFVocabulary {
    var vocabulary = GGUFVocabulary(
      model: "gpt2",
      tokens: Self.bytes(["<s>", "</s>", "a", "b", "Ġ", "ab", "Ġab", "1", "11", "ö"]))
    vocabulary.cutting = cutting
    vocabulary.merges = Self.bytes(["a b", "Ġ ab", "1 1"])
    vocabulary.types = Array(repeating: .normal, count: 10)
    vocabulary.types[0] = .control
    vocabulary.types[9] = .userDefined
    (vocabulary.special.beginning, vocabulary.special.end) = (0, 1)
    return vocabulary
  }

  /// Pieces with scores: the bytes come last.
  private func scored() -> GGUFVocabulary {
    let words = ["<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", "ab", "▁ab", "▁▁"]
    let bytes = (UInt8.min ... .max).map(BytePiece.piece(of:))
    var vocabulary = GGUFVocabulary(model: "llama", tokens: Self.bytes(words + bytes))
    vocabulary.scores =
      [0, 0, 0, -9, -8, -8, -2, -1, -3, -4] + Array(repeating: 0, count: bytes.count)
    vocabulary.types =
      [.unknown, .control, .control] + Array(repeating: .normal, count: words.count - 3)
      + Array(repeating: .byte, count: bytes.count)
    return vocabulary
  }

  private func ids(
    _ vocabulary: GGUFVocabulary, _ text: String, marks: Bool = false
  ) throws -> [Int] {
    try vocabulary.tokenizer().encode(text, addSpecialTokens: marks)
  }

  // MARK: Byte pairs

  @Test func `a name decides how numbers are cut`() throws {
    #expect(try ids(bytePairs("gpt-2"), "11") == [8])
    #expect(try ids(bytePairs("starcoder"), "11") == [7, 7])
    #expect(try ids(bytePairs("qwen2"), "11") == [7, 7])
    #expect(try ids(bytePairs("llama-bpe"), "111") == [8, 7])
  }

  @Test func `a name that nobody knows is refused and a file without one is cut as old files`()
    throws
  {
    let error = #expect(throws: TextError.self) { try bytePairs("made-up\u{1B}").tokenizer() }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("“made-up⟨U+001B⟩”") == true)
    #expect(try ids(bytePairs(nil), "ab ab") == [5, 6])
    #expect(try ids(bytePairs("default"), "ab ab") == [5, 6])
  }

  @Test func `switches stand before what the name says about marks`() throws {
    #expect(try ids(bytePairs("gpt-2"), "ab", marks: true) == [5])
    #expect(try ids(bytePairs("llama-bpe"), "ab", marks: true) == [0, 5])
    var vocabulary = bytePairs("llama-bpe")
    vocabulary.switches.addsBeginning = false
    vocabulary.switches.addsEnd = true
    #expect(try ids(vocabulary, "ab", marks: true) == [5, 1])
  }

  @Test func `pieces of the vocabulary need no merges where the name says so`() throws {
    var vocabulary = bytePairs("llama-bpe")
    vocabulary.merges = Self.bytes(["1 1"])
    #expect(try ids(vocabulary, "ab") == [5])
    vocabulary.cutting = "gpt-2"
    #expect(try ids(vocabulary, "ab") == [2, 3])
  }

  @Test func `tokens of users are text and marks are not, and both are found`() throws {
    let tokenizer = try bytePairs("gpt-2").tokenizer()
    #expect(try tokenizer.encode("a<s>öb", addSpecialTokens: false) == [2, 0, 9, 3])
    // In spelled bytes ö would be the byte F6, which is no text.
    #expect(tokenizer.decode([2, 0, 9, 6], skipSpecialTokens: true) == "aö ab")
    #expect(tokenizer.decode([0, 9], skipSpecialTokens: false) == "<s>ö")
    #expect(tokenizer.isSpecial(0) && !tokenizer.isSpecial(9))
    #expect(tokenizer.display(6) == "␣ab" && tokenizer.token(6) == "Ġab")
  }

  @Test func `marks that a converter took for text are marks`() throws {
    var vocabulary = bytePairs("gpt-2")
    vocabulary.tokens[1] = Array("<|im_end|>".utf8)
    let tokenizer = try vocabulary.tokenizer()
    #expect(tokenizer.isSpecial(1))
    #expect(try tokenizer.encode("a<|im_end|>", addSpecialTokens: false) == [2, 1])
  }

  @Test func `every name in the table has patterns that can be read`() throws {
    for name in [
      "default", "llama3", "dbrx", "minicpm5", "gpt-2", "starcoder", "qwen2", "qwen35", "ufakzeka",
      "falcon", "deepseek-llm", "deepseek-coder", "deepseek-v3", "spark2_5", "youtu", "bloom",
      "viking", "tekken", "gpt-4o", "granite-embed-multi-97m", "tiny_aya", "kimi-k2", "superbpe",
      "bailingmoe", "seed-coder", "exaone-moe", "jais-2", "laguna", "afmoe", "chameleon",
    ] {
      let tokenizer = try bytePairs(name).tokenizer()
      let ids = try tokenizer.encode("ab ab 111 ab", addSpecialTokens: false)
      #expect(tokenizer.decode(ids) == "ab ab 111 ab", "\(name)")
    }
  }

  @Test func `a vocabulary in text has bytes as pieces and takes line feeds whole`() throws {
    let words = ["<bos>", "a", "b", "▁", "▁a", "\n", "\n\n"]
    let bytes = (UInt8.min ... .max).map(BytePiece.piece(of:))
    var vocabulary = GGUFVocabulary(model: "gemma4", tokens: Self.bytes(words + bytes))
    vocabulary.merges = Self.bytes(["▁ a"])
    vocabulary.special.beginning = 0
    let tokenizer = try vocabulary.tokenizer()
    let ids = try tokenizer.encode("b a\n\né", addSpecialTokens: true)
    #expect(ids == [0, 2, 4, 6, 7 + 0xC3, 7 + 0xA9])
    #expect(tokenizer.decode(Array(ids.dropFirst())) == "b a\n\né")
  }

  // MARK: Pieces with scores

  @Test func `neighbours of the best score are joined and a space stands in front`() throws {
    #expect(try ids(scored(), "ab") == [8])
    #expect(try ids(scored(), "a b", marks: true) == [1, 6, 3, 5])
    #expect(try ids(scored(), "é") == [3, 10 + 0xC3, 10 + 0xA9])
    #expect(try scored().tokenizer().decode([1, 8, 10 + 0xC3, 10 + 0xA9]) == "abé")
  }

  @Test func `behind each mark the space comes again, unless the file says never`() throws {
    #expect(try ids(scored(), "a<s>a") == [6, 1, 6])
    var vocabulary = scored()
    vocabulary.switches.addsSpacePrefix = false
    #expect(try ids(vocabulary, "a<s>a") == [4, 1, 4])
    #expect(try vocabulary.tokenizer().decode([6]) == " a")
  }

  @Test func `the tokens of Phi 3 take white space behind them`() throws {
    var vocabulary = scored()
    #expect(try ids(vocabulary, "</s>  a") == [2, 9, 6])
    vocabulary.name = "Phi3 mini"
    #expect(try ids(vocabulary, "</s>  a") == [2, 6])
    #expect(try ids(vocabulary, "<s>  a") == [1, 9, 6])
  }

  // MARK: Word pieces

  @Test func `words begin with a mark and are written with the longest pieces`() throws {
    var vocabulary = GGUFVocabulary(
      model: "bert",
      tokens: Self.bytes(["[UNK]", "[CLS]", "[SEP]", "▁un", "aff", "able", "▁a", "▁!", "▁unaff"]))
    vocabulary.types = [.unknown, .control, .control] + Array(repeating: .normal, count: 6)
    vocabulary.special.unknown = 0
    vocabulary.special.classification = 1
    vocabulary.special.separator = 2
    #expect(try ids(vocabulary, "Unáffable a! x", marks: true) == [1, 8, 5, 6, 7, 0, 2])
    vocabulary.switches.lowercases = false
    #expect(try ids(vocabulary, "Un a") == [0, 6])
    #expect(try vocabulary.tokenizer().decode([8, 5, 6]) == "unaffable a")
  }

  // MARK: The likeliest pieces

  @Test func `of all ways to write a text the likeliest is taken, with the end behind it`() throws {
    var vocabulary = GGUFVocabulary(
      model: "t5",
      tokens: Self.bytes(["<pad>", "</s>", "<unk>", "▁", "a", "b", "▁a", "ab", "<x>", "c"]))
    vocabulary.scores = [0, 0, 0, -3, -4, -4, -5, -6, 0, -9]
    vocabulary.types =
      [.control, .control, .unknown]
      + Array(repeating: .normal, count: 5) + [.userDefined, .unused]
    vocabulary.switches.addsSpacePrefix = true
    vocabulary.switches.removesExtraSpaces = true
    #expect(try ids(vocabulary, " b  a ", marks: true) == [3, 5, 6, 1])
    #expect(try ids(vocabulary, "c") == [3, 9])
    #expect(try ids(vocabulary, "éé") == [3, 2])
    #expect(try ids(vocabulary, "a<x>a") == [6, 8, 6])
    #expect(try vocabulary.tokenizer().decode([3, 5, 6, 1]) == "b a")
  }

  // MARK: Refusals

  @Test func `a vocabulary that contradicts itself is refused`() {
    func refuse(
      _ vocabulary: GGUFVocabulary, _ words: String, _ code: TextError.Code = .malformed
    ) {
      let error = #expect(throws: TextError.self) { try vocabulary.tokenizer() }
      #expect(error?.code == code && error?.message.contains(words) == true, "\(error as Any)")
    }
    var twice = scored()
    twice.tokens[5] = Array("a".utf8)
    refuse(twice, "the tokens 4 and 5 are both “a”")
    var short = scored()
    short.scores.removeLast()
    refuse(short, "tokenizer.ggml.scores has 265 numbers for 266 tokens")
    short = scored()
    short.types.removeLast()
    refuse(short, "tokenizer.ggml.token_type has 265")
    var unmerged = bytePairs("gpt-2")
    unmerged.merges = []
    refuse(unmerged, "without tokenizer.ggml.merges")
    unmerged.merges = Self.bytes(["ab"])
    refuse(unmerged, "merges[0] is not two pieces")
    unmerged.merges = Self.bytes(["a x"])
    refuse(unmerged, "“x”")
    var model = scored()
    model.model = "plamo2"
    refuse(model, "“plamo2”, which is not implemented", .unsupported)
    var marks = bytePairs("gpt-2")
    marks.special = .init()
    marks.switches.addsBeginning = true
    refuse(marks, "bos_token_id, which the file does not have")
  }
}
