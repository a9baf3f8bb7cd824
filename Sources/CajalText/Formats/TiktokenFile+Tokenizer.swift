// SPDX-License-Identifier: Apache-2.0

extension TiktokenFile {
  /// Puts a file of ranks together with what belongs to it.
  ///
  /// The name of the file says which encoding it is, or the configuration beside it lists the added
  /// tokens and the pattern is the common one, or else the number of ranks is that of a known encoding.
  ///
  /// - Throws: ``TextError`` with code `unsupported` where none of these says anything.
  static func tokenizer(
    _ file: [UInt8], name: String, _ configuration: TokenizerConfiguration?
  ) throws(TextError) -> TokenizerPipeline {
    let ranks = try ranks(file)
    if let encoding = TiktokenEncoding.named(name) {
      return try tokenizer(ranks, encoding, configuration)
    }
    let added = configuration?.addedTokens ?? []
    if !added.isEmpty {
      let known = TiktokenEncoding.withRanks(ranks.count)
      let encoding = TiktokenEncoding(
        rankCount: ranks.count, pattern: known?.pattern ?? TiktokenEncoding.commonPattern,
        special: [], composes: known?.composes ?? false)
      return try tokenizer(ranks, encoding, configuration)
    }
    guard let encoding = TiktokenEncoding.withRanks(ranks.count) else {
      throw TextError(
        .unsupported,
        "a file of \(ranks.count) ranks that nothing says the pattern of; name it after its encoding "
          + "(\(TiktokenEncoding.names)) or put the model's tokenizer.json beside it")
    }
    return try tokenizer(ranks, encoding, configuration)
  }

  /// Puts ranks and an encoding together.
  static func tokenizer(
    _ ranks: [(token: [UInt8], rank: Int)], _ encoding: TiktokenEncoding,
    _ configuration: TokenizerConfiguration?
  ) throws(TextError) -> TokenizerPipeline {
    let model = try model(ranks)
    let normalizer = try NormalizerChain(encoding.composes ? ["type": "NFC"] : .null)
    let preTokenizer = try PreTokenizerChain(
      encoding.pattern.map { .byteLevel(pattern: $0) } ?? .byteLevel())
    let added = try added(model.vocabulary, normalizer, encoding, configuration)
    let names = TokenNames(vocabulary: model.vocabulary, added: added)
    let beginning = configuration?.specialTokens["bos_token"] ?? encoding.beginning
    let end = configuration?.specialTokens["eos_token"] ?? encoding.end
    let (first, last) = (beginning.flatMap(names.id(of:)), end.flatMap(names.id(of:)))
    let puts = configuration?.addsBeginningOfSequence ?? (encoding.beginning != nil)
    let postProcessor = PostProcessor(
      before: puts ? [first].compactMap { $0 } : [],
      after: configuration?.addsEndOfSequence == true ? [last].compactMap { $0 } : [])
    return TokenizerPipeline(
      added: added, normalizer: normalizer, preTokenizer: preTokenizer, model: model,
      postProcessor: postProcessor, decoder: .byteLevel, beginningOfSequence: first,
      endOfSequence: last)
  }

  /// A model that joins the pair of the lowest rank, with pieces spelled as in a `tokenizer.json`.
  private static func model(
    _ ranks: [(token: [UInt8], rank: Int)]
  ) throws(TextError) -> BytePairModel {
    let scalars = PrintableBytes.scalars.compactMap(Unicode.Scalar.init)
    var vocabulary = Vocabulary(reserving: ranks.count)
    try vocabulary.add(
      ranks.map { (token, rank) in
        var piece = String.UnicodeScalarView()
        for byte in token { piece.append(scalars[Int(byte)]) }
        return (String(piece), rank)
      })
    var options = BytePairModel.Options()
    options.symbols = .printableBytes
    options.ignoresMerges = true
    return try BytePairModel(vocabulary: vocabulary, merges: .ranks, options: options)
  }

  /// The special tokens of an encoding and those of the configuration, at the numbers they claim.
  private static func added(
    _ vocabulary: Vocabulary, _ normalizer: NormalizerChain, _ encoding: TiktokenEncoding,
    _ configuration: TokenizerConfiguration?
  ) throws(TextError) -> AddedTokens {
    for (token, id) in encoding.special where vocabulary.piece(id) != nil {
      throw TextError(
        .mismatched, "the number \(id) of “\(token)” has a rank already; this is another encoding")
    }
    var added = AddedTokens(vocabulary)
    try added.add(encoding.special.map { ($0.id, .special($0.token)) })
    if let configuration {
      try added.add(configuration.addedTokens.filter { vocabulary.piece($0.id) == nil })
      let missing = configuration.missing(from: added)
      if !missing.isEmpty { try added.add(missing, to: vocabulary, normalizer) }
    }
    return added
  }
}
