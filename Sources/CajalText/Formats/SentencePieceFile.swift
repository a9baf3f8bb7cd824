// SPDX-License-Identifier: Apache-2.0

/// A SentencePiece `.model` file: the parts that a tokenizer is put together from.
///
/// - Reference: <https://github.com/google/sentencepiece>.
struct SentencePieceFile: Sendable {
  let proto: SentencePieceProto
  let normalizer: SentencePieceNormalizer
  let model: SentencePieceModel
  /// The number of the piece for unknown text.
  let unknown: Int
  private let denormalizer: SentencePieceNormalizer?

  /// Reads the bytes of a file.
  init(_ bytes: [UInt8]) throws(TextError) {
    proto = try SentencePieceProto(bytes)
    unknown = try proto.checked()
    let symbols = SentencePieceSymbols(proto.pieces)
    normalizer = try SentencePieceNormalizer(
      proto.normalizer, spacesAreSuffixes: proto.spacesAreSuffixes, symbols: symbols)
    model = try SentencePieceModel(proto, symbols: symbols, unknown: unknown)
    denormalizer =
      proto.denormalizer.map.isEmpty ? nil : try SentencePieceNormalizer(proto.denormalizer)
  }

  /// The tokenizer of a file, as the library has it: no token is put around a text.
  static func tokenizer(_ bytes: [UInt8]) throws(TextError) -> any Tokenizer {
    SentencePieceTokenizer(try SentencePieceFile(bytes))
  }

  /// What the piece of a number is for.
  func kind(_ id: Int) -> SentencePieceProto.Kind? {
    proto.pieces.indices.contains(id) ? proto.pieces[id].kind : nil
  }

  /// The number of a control piece.
  func control(_ spelling: ArraySlice<UInt8>) -> Int? {
    model.vocabulary.modelId(of: spelling).flatMap { kind($0) == .control ? $0 : nil }
  }

  /// Decodes pieces that come one by one.
  var decoding: SentencePieceDecoding {
    SentencePieceDecoding(
      SentencePieceDecoding.Settings(
        dropsFirstSpace: proto.normalizer.addsDummyPrefix,
        dropsLeadingSpaces: proto.normalizer.removesExtraSpaces,
        unknownSurface: Array(proto.unknownSurface)))
  }

  /// Whether decoded text is mended as a whole.
  var mendsText: Bool { denormalizer != nil }

  /// Decoded text after the model's own rules for that.
  func mended(_ text: [UInt8]) -> [UInt8] {
    // Rules that point outside themselves mend nothing.
    (try? denormalizer?.mended(text)) ?? text
  }
}
