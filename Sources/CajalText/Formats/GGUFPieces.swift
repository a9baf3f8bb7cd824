// SPDX-License-Identifier: Apache-2.0

/// The pieces of a GGUF vocabulary, and which of them are found in a text as they are.
struct GGUFPieces {
  let vocabulary: Vocabulary
  /// Marks and tokens of users, with their numbers.
  private(set) var added: [(id: Int, token: AddedToken)] = []

  /// Reads the pieces.
  ///
  /// - Throws: `malformed` for pieces that come twice and for lists of unequal length.
  init(_ file: GGUFVocabulary) throws(TextError) {
    guard file.types.isEmpty || file.types.count >= file.tokens.count else {
      throw TextError(
        .malformed,
        "tokenizer.ggml.token_type has \(file.types.count) numbers for \(file.tokens.count) tokens")
    }
    let spellings = file.tokens.indices.map { id in
      file.tokens[id].isEmpty ? Array("[EMPTY_\(id)]".utf8) : file.tokens[id]
    }
    vocabulary = Vocabulary(spellings: spellings)
    for (id, spelling) in spellings.enumerated() {
      if let known = vocabulary.modelId(of: spelling), known != id {
        let name = VisibleText.excerpt(String(decoding: spelling, as: UTF8.self))
        throw TextError(.malformed, "the tokens \(known) and \(id) are both “\(name)”")
      }
    }
    var types = file.types
    if types.isEmpty { types = Array(repeating: .normal, count: spellings.count) }
    retype(&types)
    let stripping = Stripping(file)
    for (id, spelling) in spellings.enumerated() {
      let type = types[id]
      guard [.control, .unknown, .userDefined].contains(type) else { continue }
      var token = AddedToken(content: String(decoding: spelling, as: UTF8.self))
      token.isSpecial = type != .userDefined
      stripping.apply(to: &token)
      added.append((id, token))
    }
  }

  /// The spelling of a piece.
  func text(_ id: Int) -> String? { vocabulary.piece(id) }

  /// Marks that converters often take for plain text.
  private static let controls = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
    "<｜end▁of▁sentence｜>", "[e~[",
  ]

  /// Parts of a message that are shown, whatever the file calls them.
  private static let shown = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]

  private func retype(_ types: inout [GGUFVocabulary.TokenType]) {
    for control in Self.controls {
      if let id = vocabulary.id(of: control) { types[id] = .control }
    }
    for name in Self.shown {
      if let id = vocabulary.id(of: name) { types[id] = .userDefined }
    }
    func has(_ names: String...) -> Bool {
      names.allSatisfy { vocabulary.id(of: $0) != nil }
    }
    // These models end a part of a message with <|end|> and a turn with something else.
    if let end = vocabulary.id(of: "<|end|>"),
      has("<|return|>", "<|call|>") || has("<|flush|>", "<|call|>") || has("<|flush|>", "<|calls|>")
    {
      types[end] = .userDefined
    }
    if let end = vocabulary.id(of: "</s>"), has("<|tool_response>") { types[end] = .normal }
  }
}

extension GGUFPieces {
  /// White space that belongs to tokens: the format has no place for it, so it hangs on names.
  private struct Stripping {
    private let isPhi3: Bool
    private let leftOf: String?

    init(_ file: GGUFVocabulary) {
      let name = (file.name ?? "").lowercased()
      let cutting = file.cutting ?? ""
      if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(where: cutting.contains)
        || ["nomic-bert-moe", "jina-bert-v3"].contains(where: (file.architecture ?? "").contains)
      {
        (isPhi3, leftOf) = (false, "<mask>")
      } else {
        isPhi3 = name.contains("phi-3") || name.contains("phi3")
        leftOf = !isPhi3 && name.contains("modern-bert") ? "[MASK]" : nil
      }
    }

    func apply(to token: inout AddedToken) {
      if token.content == leftOf { token.stripsLeft = true }
      if isPhi3 { token.stripsRight = !["<unk>", "<s>", "<|endoftext|>"].contains(token.content) }
    }
  }
}

/// The tokens around a text.
struct GGUFMarks {
  let beginning: Int?
  let end: Int?
  private(set) var before: [Int] = []
  private(set) var after: [Int] = []

  /// Tokens for beginning and end, as switches or else the kind of model want them.
  ///
  /// - Parameters:
  ///   - beginning: The number where the file names none and the vocabulary has so many.
  ///   - end: The same for the end.
  init(
    _ file: GGUFVocabulary, beginning: Int, end: Int, addsBeginning: Bool, addsEnd: Bool
  ) throws(TextError) {
    self.beginning = Self.number(file.special.beginning, beginning, file)
    self.end = Self.number(file.special.end, end, file)
    if file.switches.addsBeginning ?? addsBeginning {
      before = [try Self.required(self.beginning, "bos_token_id")]
    }
    if file.switches.addsEnd ?? addsEnd { after = [try Self.required(self.end, "eos_token_id")] }
  }

  /// The tokens around a text that is classified, whatever switches say.
  init(classifying file: GGUFVocabulary) throws(TextError) {
    let first = file.special.beginning ?? file.special.classification
    let beginning = try Self.required(Self.number(first, 101, file), "cls_token_id")
    let separator = Self.number(file.special.separator, 102, file)
    self.beginning = beginning
    end = file.special.end.flatMap { Self.number($0, -1, file) } ?? separator
    before = [beginning]
    after = [try Self.required(separator, "seperator_token_id")]
  }

  /// A number that the vocabulary has.
  private static func number(_ named: Int?, _ usual: Int, _ file: GGUFVocabulary) -> Int? {
    let range = file.tokens.indices
    if let named, range.contains(named) { return named }
    return range.contains(usual) ? usual : nil
  }

  private static func required(_ id: Int?, _ key: String) throws(TextError) -> Int {
    guard let id else {
      throw TextError(
        .malformed, "a text begins or ends with tokenizer.ggml.\(key), which the file does not have"
      )
    }
    return id
  }
}
