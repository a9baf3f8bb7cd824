// SPDX-License-Identifier: Apache-2.0

/// The tokenizer of a `tokenizer.json`.
///
///     text → added tokens found → normalizer → model → template → tokens
///     tokens → pieces → decoder → text
///
/// The components it knows are byte-pair models with or without byte fallback, the normalizers
/// `Prepend` and `Replace`, the decoders `Replace`, `ByteFallback`, `Fuse` and `Strip`, and
/// `TemplateProcessing`. Every member of the file is read or refused by name.
///
/// - Reference: <https://github.com/huggingface/tokenizers>.
public struct TokenizerPipeline: Tokenizer {
  private let added: AddedTokens
  private let normalizer: Normalizer
  private let model: BytePairModel
  private let template: SequenceTemplate
  private let decoder: PieceDecoder
  /// The token that stands before a text, where the file names one.
  public let beginningOfSequence: Int?
  /// The token that ends a text, where the file names one.
  public let endOfSequence: Int?

  /// Reads the bytes of a `tokenizer.json` and of the `tokenizer_config.json` beside it.
  ///
  /// Of the configuration the tokens for beginning and end are taken; where it contradicts the
  /// tokenizer the pair is refused.
  public init(json: [UInt8], configuration: [UInt8]? = nil) throws(TextError) {
    var fields = try JSONFields(try JSONParser.parse(json), "")
    let version = try fields.takeString("version")
    guard version == "1.0" else {
      throw TextError(.unsupported, "version \(VisibleText.excerpt(version)) is not implemented")
    }
    for setting in ["truncation", "padding", "pre_tokenizer"] { try fields.expectNeutral(setting) }
    var model = try BytePairModel(try fields.take("model"))
    added = try AddedTokens(
      fields.takeIfPresent("added_tokens") ?? .array([]), &model.vocabulary)
    self.model = model
    normalizer = try Normalizer(fields.takeIfPresent("normalizer") ?? .null)
    template = try SequenceTemplate(
      fields.takeIfPresent("post_processor") ?? .null, model.vocabulary)
    decoder = try PieceDecoder(fields.takeIfPresent("decoder") ?? .null)
    try fields.close()
    let marks = try SequenceMarks(configuration, template, model.vocabulary)
    beginningOfSequence = marks.beginning
    endOfSequence = marks.end
  }

  /// One more than the largest number of a token.
  public var vocabularySize: Int { model.vocabulary.size }

  /// `BPE with byte fallback, 512 tokens`.
  public var kind: String {
    "BPE\(model.hasByteFallback ? " with byte fallback" : ""), \(vocabularySize) tokens"
  }

  /// The tokens of a text.
  ///
  /// - Cost: n log n in the length of the longest stretch without an added token.
  public func encode(_ text: String, addSpecialTokens: Bool) throws(TextError) -> [Int] {
    var ids = addSpecialTokens ? template.before : []
    for stretch in added.split(Array(text.utf8)) {
      switch stretch {
      case .token(let id): ids.append(id)
      case .text(let bytes): ids += try model.encode(normalizer.normalized(bytes))
      }
    }
    if addSpecialTokens { ids += template.after }
    return ids
  }

  /// The text of some tokens.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    let pieces = ids.filter { !(skipSpecialTokens && isSpecial($0)) }
      .map { Array((token($0) ?? "\u{FFFD}").utf8) }
    return String(decoding: decoder.text(of: pieces), as: UTF8.self)
  }

  /// Text is certain where no run of byte pieces can reach it any more.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(Stream(pipeline: self, skipSpecialTokens: skipSpecialTokens))
  }

  private struct Stream: PieceStream {
    let pipeline: TokenizerPipeline
    let skipSpecialTokens: Bool
    private var pieces: PieceDecoderStream

    init(pipeline: TokenizerPipeline, skipSpecialTokens: Bool) {
      (self.pipeline, self.skipSpecialTokens) = (pipeline, skipSpecialTokens)
      pieces = pipeline.decoder.stream
    }

    mutating func append(_ id: Int) -> [UInt8] {
      if skipSpecialTokens, pipeline.isSpecial(id) { return [] }
      return pieces.append(Array((pipeline.token(id) ?? "\u{FFFD}").utf8))
    }

    mutating func finish() -> [UInt8] { pieces.finish() }
  }

  /// The piece as the file spells it.
  public func token(_ id: Int) -> String? { model.vocabulary.piece(id) }

  /// The number of a piece spelled as in the file.
  public func id(of token: String) -> Int? { model.vocabulary.id(of: token) }

  /// Whether the file calls the token special.
  public func isSpecial(_ id: Int) -> Bool { added.special.contains(id) }
}
