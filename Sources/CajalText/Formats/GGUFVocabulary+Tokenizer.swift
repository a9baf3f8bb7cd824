// SPDX-License-Identifier: Apache-2.0

extension GGUFVocabulary {
  /// The tokenizer of the vocabulary.
  ///
  /// Marks such as `<s>` are found in a text, as everywhere in this library.
  ///
  /// - Throws: ``TextError``: `unsupported` for kinds of models and ways of cutting that are not
  ///   known, by name; `malformed` for a vocabulary that contradicts itself.
  public func tokenizer() throws(TextError) -> any Tokenizer {
    let vocabulary = try GGUFPieces(self)
    switch model {
    case "gpt2": return try bytePairs(vocabulary, GGUFCutting(named: cutting))
    case "gemma4": return try bytePairs(vocabulary, GGUFCutting(named: "gemma4"))
    case "llama": return try scoredPairs(vocabulary)
    case "bert": return try wordPieces(vocabulary)
    case "t5": return try likeliestPieces(vocabulary)
    default:
      throw TextError(
        .unsupported,
        "tokenizer.ggml.model is “\(VisibleText.excerpt(model))”, which is not implemented; take the "
          + "model's tokenizer.json")
    }
  }

  // MARK: Byte pairs by rank

  private func bytePairs(
    _ pieces: GGUFPieces, _ cutting: GGUFCutting
  ) throws(TextError) -> TokenizerPipeline {
    guard !merges.isEmpty else {
      throw TextError(.malformed, "a byte-pair vocabulary without tokenizer.ggml.merges")
    }
    var steps: [any PreTokenizationStep] = []
    for pattern in cutting.patterns {
      steps.append(
        SplitStep(pattern: try Pattern(pattern, syntax: .oniguruma), behavior: .isolated))
    }
    var options = BytePairModel.Options()
    options.symbols = cutting.spellsBytes ? .printableBytes : .characters
    options.hasByteFallback = !cutting.spellsBytes
    options.ignoresMerges = cutting.ignoresMerges
    let model = try BytePairModel(
      vocabulary: pieces.vocabulary, merges: .pairs(try pairs()), options: options)
    return try pipeline(
      pieces, normalizer: NormalizerChain(cutting.spellsBytes ? [] : [Self.escapesSpaces]),
      preTokenizer: PreTokenizerChain(steps, isByteLevel: cutting.spellsBytes),
      model: cutting.spellsBytes ? model : LineRunModel(base: model),
      decoder: cutting.spellsBytes ? .byteLevelDecoder : .spaceDecoder(stripsFirst: false),
      marks: try GGUFMarks(
        self, beginning: 11, end: 11, addsBeginning: cutting.addsBeginning, addsEnd: false))
  }

  /// The merges; the space between two pieces is the first behind the first byte.
  private func pairs() throws(TextError) -> [(left: String, right: String)] {
    var pairs: [(left: String, right: String)] = []
    pairs.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      guard let space = merge.dropFirst().firstIndex(of: 0x20) else {
        throw TextError(.malformed, "tokenizer.ggml.merges[\(rank)] is not two pieces with a space")
      }
      pairs.append(
        (
          String(decoding: merge[..<space], as: UTF8.self),
          String(decoding: merge[(space + 1)...], as: UTF8.self)
        ))
    }
    return pairs
  }

  // MARK: Pieces by score

  private func scoredPairs(_ pieces: GGUFPieces) throws(TextError) -> TokenizerPipeline {
    guard scores.count >= tokens.count else {
      throw TextError(
        .malformed,
        "tokenizer.ggml.scores has \(scores.count) numbers for \(tokens.count) tokens")
    }
    var options = BytePairModel.Options()
    options.hasByteFallback = true
    let unknown = special.unknown ?? 0
    options.unknown = pieces.text(unknown)
    let model = try BytePairModel(
      vocabulary: pieces.vocabulary,
      merges: .scores(Array(scores.prefix(tokens.count)), inert: []), options: options)
    let addsPrefix = switches.addsSpacePrefix ?? true
    let prefix: [any NormalizationStep] = [PrependNormalizer(prefix: Array("▁".utf8))]
    return try pipeline(
      pieces, normalizer: NormalizerChain((addsPrefix ? prefix : []) + [Self.escapesSpaces]),
      preTokenizer: PreTokenizerChain([], isByteLevel: false), model: model,
      decoder: .spaceDecoder(stripsFirst: addsPrefix),
      marks: try GGUFMarks(self, beginning: 1, end: 2, addsBeginning: true, addsEnd: false))
  }

  private static var escapesSpaces: ReplaceNormalizer {
    ReplaceNormalizer(target: .spelling([0x20]), content: Array("▁".utf8))
  }

  // MARK: The likeliest pieces

  private func likeliestPieces(_ pieces: GGUFPieces) throws(TextError) -> TokenizerPipeline {
    let unknown = special.unknown ?? 2
    guard scores.count >= tokens.count, tokens.indices.contains(unknown) else {
      throw TextError(
        .malformed,
        "a unigram vocabulary needs a score for each token (\(scores.count) for \(tokens.count)) and an "
          + "unknown token")
    }
    let list = tokens.indices.map { id in
      // What a user defined costs nothing, so that it is preferred.
      let type = types.isEmpty ? .normal : types[id]
      return UnigramModel.Piece(
        bytes: tokens[id], score: type == .userDefined ? 0 : Double(scores[id]),
        kind: [.normal, .userDefined, .unused].contains(type) ? .normal : .inert)
    }
    let model = try UnigramModel(
      pieces: list, unknown: unknown, byteFallback: false, arithmetic: .tokenizers)
    let addsPrefix = switches.addsSpacePrefix ?? false
    let rules = SentencePieceProto.Rules(
      map: replacements[...], addsDummyPrefix: addsPrefix,
      removesExtraSpaces: switches.removesExtraSpaces ?? false)
    return try pipeline(
      pieces, normalizer: NormalizerChain([try SentencePieceNormalizer(rules)]),
      preTokenizer: PreTokenizerChain([], isByteLevel: false), model: model,
      decoder: .spaceDecoder(stripsFirst: addsPrefix),
      marks: try GGUFMarks(self, beginning: -1, end: 1, addsBeginning: false, addsEnd: true))
  }

  // MARK: Word pieces

  private func wordPieces(_ pieces: GGUFPieces) throws(TextError) -> TokenizerPipeline {
    let lowercases = switches.lowercases ?? true
    let normalizer = BertNormalizer(
      cleansText: true, separatesChinese: true, stripsAccents: switches.stripsAccents ?? lowercases,
      lowersCase: lowercases)
    var options = WordPieceModel.Options()
    options.continuingPrefix = ""
    options.longestWord = .max
    let unknown = special.unknown ?? 100
    options.unknown = pieces.text(unknown) ?? "[UNK]"
    let model = try WordPieceModel(vocabulary: pieces.vocabulary, options: options)
    let words = try PreTokenizerChain(["type": "BertPreTokenizer"])
    return try pipeline(
      pieces, normalizer: NormalizerChain([normalizer]),
      preTokenizer: PreTokenizerChain([WordMarkStep(words: words)], isByteLevel: false),
      model: model, decoder: .wordDecoder,
      marks: try GGUFMarks(classifying: self))
  }

  // MARK: Together

  private func pipeline(
    _ pieces: GGUFPieces, normalizer: NormalizerChain, preTokenizer: PreTokenizerChain,
    model: any TokenModel, decoder: JSONValue, marks: GGUFMarks
  ) throws(TextError) -> TokenizerPipeline {
    var added = AddedTokens(model.vocabulary)
    try added.add(pieces.added)
    return TokenizerPipeline(
      added: added, normalizer: normalizer, preTokenizer: preTokenizer, model: model,
      postProcessor: PostProcessor(before: marks.before, after: marks.after),
      decoder: try PieceDecoder(decoder), beginningOfSequence: marks.beginning,
      endOfSequence: marks.end, addedAreText: preTokenizer.isByteLevel)
  }
}

/// Puts `▁` before each word, which is how these vocabularies spell that a piece begins one.
private struct WordMarkStep: PreTokenizationStep {
  let words: PreTokenizerChain

  func apply(to tokens: inout PreTokens) throws(TextError) {
    try words.apply(to: &tokens)
    tokens.prepend(Array("▁".utf8)) { _, _ in true }
  }
}

/// A byte-pair model to which line feeds in a row are one piece where the vocabulary has it.
private struct LineRunModel: TokenModel {
  var base: BytePairModel

  var vocabulary: Vocabulary {
    get { base.vocabulary }
    set { base.vocabulary = newValue }
  }
  var kind: String { base.kind }

  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    var between = PreTokens(tokens.text)
    between.pieces = []
    for piece in tokens.pieces {
      let bytes = tokens.text.bytes[piece.range]
      if bytes.first == 0x0A, bytes.allSatisfy({ $0 == 0x0A }),
        let id = vocabulary.modelId(of: bytes)
      {
        if !between.pieces.isEmpty { try base.encode(between, into: &run) }
        between.pieces = []
        run.append(id, piece)
      } else {
        between.pieces.append(piece)
      }
    }
    if !between.pieces.isEmpty { try base.encode(between, into: &run) }
  }
}

extension JSONValue {
  /// Pieces in characters that stand for bytes.
  fileprivate static let byteLevelDecoder = JSONValue.byteLevel()

  /// Pieces with `▁` for spaces and `<0x0A>` for bytes.
  fileprivate static func spaceDecoder(stripsFirst: Bool) -> JSONValue {
    let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
    let replace: JSONValue = ["type": "Replace", "pattern": ["String": "▁"], "content": " "]
    let decoders: [JSONValue] = [replace, ["type": "ByteFallback"], ["type": "Fuse"]]
    return [
      "type": "Sequence", "decoders": .array(decoders + (stripsFirst ? [strip] : [])),
    ]
  }

  /// Pieces with `▁` before words.
  fileprivate static let wordDecoder: JSONValue = [
    "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true,
  ]
}
