// SPDX-License-Identifier: Apache-2.0

/// The tokenizer of a `tokenizer.json`, and of every other file that can be said in its terms.
///
///     text → added tokens → normalizer → pre-tokenizer → model → post-processor → tokens
///     tokens → pieces → decoder → text
///
/// Every member of the file is read or refused by name.
///
/// - Reference: <https://github.com/huggingface/tokenizers>.
public struct TokenizerPipeline: Tokenizer {
  private let added: AddedTokens
  private let normalizer: NormalizerChain
  private let preTokenizer: PreTokenizerChain
  private let model: any TokenModel
  private let postProcessor: PostProcessor
  private let decoder: PieceDecoder
  /// Whether added tokens are text where the decoder takes pieces for spelled bytes.
  private let addedAreText: Bool
  /// The token that stands before a text, where the file names one.
  public let beginningOfSequence: Int?
  /// The token that ends a text, where the file names one.
  public let endOfSequence: Int?

  init(
    added: AddedTokens, normalizer: NormalizerChain, preTokenizer: PreTokenizerChain,
    model: any TokenModel, postProcessor: PostProcessor, decoder: PieceDecoder,
    beginningOfSequence: Int?, endOfSequence: Int?, addedAreText: Bool = false
  ) {
    self.added = added
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.model = model
    self.postProcessor = postProcessor
    self.decoder = decoder
    self.beginningOfSequence = beginningOfSequence
    self.endOfSequence = endOfSequence
    self.addedAreText = addedAreText
  }

  /// Reads the bytes of a `tokenizer.json` and of the `tokenizer_config.json` beside it.
  ///
  /// Where the two differ over added tokens the configuration counts, as with transformers. The
  /// members `truncation` and `padding` change nothing: who asks for the tokens of a text gets all of
  /// them and nothing else.
  public init(json: [UInt8], configuration: [UInt8]? = nil) throws(TextError) {
    var read: TokenizerConfiguration?
    if let configuration {
      do throws(TextError) {
        read = try TokenizerConfiguration(json: configuration)
      } catch {
        throw error.found(in: "tokenizer_config.json")
      }
    }
    try self.init(try JSONParser.parse(json), read)
  }

  /// Reads the value of a `tokenizer.json`, or of a file that was put into its terms.
  ///
  /// - Parameter process: Gives the member `post_processor` once all tokens have their numbers, where
  ///   the value has none.
  init(
    _ value: JSONValue, _ configuration: TokenizerConfiguration?,
    postProcessor process: (TokenNames) throws(TextError) -> JSONValue = { _ in .null }
  ) throws(TextError) {
    var fields = try JSONFields(value, "")
    let version = try fields.takeString("version")
    guard version == "1.0" else {
      throw TextError(.unsupported, "version \(VisibleText.excerpt(version)) is not implemented")
    }
    fields.excuse("truncation", because: "who asks for a text gets all of it")
    fields.excuse("padding", because: "who asks for a text gets nothing else")
    let preTokenizer = try PreTokenizerChain(fields.takeIfPresent("pre_tokenizer") ?? .null)
    let model = try TokenModels.model(
      try fields.take("model"), isByteLevel: preTokenizer.isByteLevel)
    let normalizer = try NormalizerChain(fields.takeIfPresent("normalizer") ?? .null)
    var added = AddedTokens(model.vocabulary)
    let tokens = try AddedTokens.tokens(fields.takeIfPresent("added_tokens") ?? .array([]))
    try added.add(tokens, to: model.vocabulary, normalizer)
    if let missing = configuration?.missing(from: added), !missing.isEmpty {
      try added.add(missing, to: model.vocabulary, normalizer)
    }
    let names = TokenNames(vocabulary: model.vocabulary, added: added)
    var processing = fields.takeIfPresent("post_processor") ?? .null
    if processing.isNull { processing = try process(names) }
    let postProcessor = try PostProcessor(processing, names)
    var decoder = try PieceDecoder(fields.takeIfPresent("decoder") ?? .null)
    try fields.close()
    if configuration?.cleansUpSpaces == true, !(model is BytePairModel) {
      decoder = decoder.cleaningUp()
    }
    let roles = configuration?.specialTokens
    func mark(_ role: String, _ placed: Int?) -> Int? {
      guard let roles else { return placed }
      return roles[role].flatMap(names.id(of:))
    }
    self.init(
      added: added, normalizer: normalizer, preTokenizer: preTokenizer, model: model,
      postProcessor: postProcessor, decoder: decoder,
      beginningOfSequence: mark("bos_token", postProcessor.before.first),
      endOfSequence: mark("eos_token", postProcessor.after.last))
  }

  /// One more than the largest number of a token.
  public var vocabularySize: Int { names.size }

  /// `BPE with byte fallback, 512 tokens`.
  public var kind: String { "\(model.kind), \(vocabularySize) tokens" }

  /// The piece as the file spells it.
  public func token(_ id: Int) -> String? { names.piece(id) }

  /// The number of a piece spelled as in the file.
  public func id(of token: String) -> Int? { names.id(of: token) }

  /// Whether the file calls the token special.
  public func isSpecial(_ id: Int) -> Bool { added.isSpecial(id) }

  /// The piece as a person wants to see it; one that is spelled in bytes as the text of these, bytes of
  /// half a character as `<0xF0>`.
  public func display(_ id: Int) -> String {
    guard preTokenizer.isByteLevel, added.piece(id) == nil,
      let bytes = model.vocabulary.spelling(id)?.withUnsafeBufferPointer(PrintableBytes.bytes(of:))
    else { return displaySpelling(id) }
    return VisibleText.of(bytes)
  }

  private func displaySpelling(_ id: Int) -> String {
    token(id).map { VisibleText.of($0, isSpecial: isSpecial(id)) } ?? "#\(id)"
  }

  private var names: TokenNames { TokenNames(vocabulary: model.vocabulary, added: added) }
}

// MARK: - Text to tokens
extension TokenizerPipeline {
  /// The tokens of a text.
  ///
  /// - Cost: n log n in the length of the longest stretch without an added token.
  public func encode(_ text: String, addSpecialTokens: Bool) throws(TextError) -> [Int] {
    let tokens = try tokens(of: text, wantsSpans: false)
    return postProcessor.applied(to: tokens, addSpecialTokens: addSpecialTokens).ids
  }

  /// The tokens of a text with their stretches of it.
  public func encoding(
    of text: String, addSpecialTokens: Bool
  ) throws(TextError) -> Encoding {
    var tokens = try tokens(of: text, wantsSpans: true)
    tokens = postProcessor.applied(to: tokens, addSpecialTokens: addSpecialTokens)
    return Encoding(
      ids: tokens.ids, offsets: Offsets(tokens.spans ?? []), spellings: tokens.spellings)
  }

  /// The tokens of a text before the post-processor; with spans in code points, or none.
  private func tokens(of text: String, wantsSpans: Bool) throws(TextError) -> TokenSegment {
    let original = try Self.bytes(of: text)
    var run = TokenRun(wantsSpans: wantsSpans)
    run.ids.reserveCapacity(original.count / 4)
    for stretch in added.split(original) {
      switch stretch {
      case .token(let id, let span): append(id, span, spelled: original[span.range], to: &run)
      case .text(let span):
        let isWhole = span.count == original.count
        let bytes = isWhole ? original : Array(original[span.range])
        var text = AlignedText(
          bytes, base: Int(span.start), isTracked: wantsSpans || preTokenizer.asksForOrigins)
        try normalizer.apply(to: &text)
        try append(text, to: &run)
      }
    }
    guard wantsSpans else { return TokenSegment(ids: run.ids) }
    original.withUnsafeBufferPointer { CodePoints.convert(&run.spans, in: $0) }
    return TokenSegment(ids: run.ids, spans: run.spans, spellings: run.spellings)
  }

  /// Appends an added token; white space around it belongs to its spelling.
  private func append(
    _ id: Int, _ span: ByteSpan, spelled spelling: ArraySlice<UInt8>, to run: inout TokenRun
  ) {
    if run.wantsSpans, token(id)?.utf8.elementsEqual(spelling) != true {
      run.spellings.append(spelling, at: run.ids.count)
    }
    run.append(id, span)
  }

  /// Appends the tokens of a normalized stretch.
  private func append(_ text: AlignedText, to run: inout TokenRun) throws(TextError) {
    for stretch in added.splitNormalized(text.bytes) {
      switch stretch {
      case .token(let id, let span):
        append(id, text.source(of: span), spelled: text.bytes[span.range], to: &run)
      case .text(let span):
        let isWhole = span.count == text.bytes.count
        var tokens = PreTokens(isWhole ? text : text.slice(span))
        try preTokenizer.apply(to: &tokens)
        let first = run.spans.count
        try model.encode(tokens, into: &run)
        guard run.wantsSpans else { continue }
        for index in first..<run.spans.count {
          if run.ids[index] == model.unknownSpelledAsText {
            run.spellings.append(tokens.text.bytes[run.spans[index].range], at: index)
          }
          run.spans[index] = tokens.text.source(of: run.spans[index])
        }
      }
    }
  }

  private static func bytes(of text: String) throws(TextError) -> [UInt8] {
    guard text.utf8.count < Int(UInt32.max) else {
      throw TextError(.unencodable, "a text of 4 GB or more; give it in parts")
    }
    return Array(text.utf8)
  }
}

// MARK: - Tokens to text
extension TokenizerPipeline {
  /// The text of some tokens.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    var stream = Stream(pipeline: self, skipSpecialTokens: skipSpecialTokens)
    var text: [UInt8] = []
    for start in stride(from: 0, to: ids.count, by: 1024) {
      stream.append(ids[start..<min(start + 1024, ids.count)], to: &text)
    }
    text += stream.finish()
    return String(decoding: text, as: UTF8.self)
  }

  /// Text is certain where no run of byte pieces can reach it any more.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(Stream(pipeline: self, skipSpecialTokens: skipSpecialTokens))
  }

  private struct Stream: PieceStream {
    let pipeline: TokenizerPipeline
    let skipSpecialTokens: Bool
    private var pieces: PieceDecoderStream
    private var batch = PieceBatch()

    init(pipeline: TokenizerPipeline, skipSpecialTokens: Bool) {
      (self.pipeline, self.skipSpecialTokens) = (pipeline, skipSpecialTokens)
      pieces = pipeline.decoder.stream
    }

    mutating func append(_ ids: ArraySlice<Int>, to text: inout [UInt8]) {
      batch.removeAll()
      for id in ids where !(skipSpecialTokens && pipeline.isSpecial(id)) {
        if pipeline.addedAreText, let text = pipeline.added.piece(id) {
          batch.append(PrintableBytes.spelling(of: text))
        } else {
          batch.append((pipeline.token(id) ?? "\u{FFFD}").utf8)
        }
      }
      pieces.append(batch, to: &text)
    }

    mutating func append(_ id: Int) -> [UInt8] {
      var text: [UInt8] = []
      append([id], to: &text)
      return text
    }

    mutating func finish() -> [UInt8] {
      var text: [UInt8] = []
      pieces.finish(&text)
      return text
    }
  }
}
