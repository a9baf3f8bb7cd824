// SPDX-License-Identifier: Apache-2.0

/// A SentencePiece model as the library itself uses it: marks such as `<s>` are no text, and none is put
/// around a text.
struct SentencePieceTokenizer: Tokenizer {
  private let file: SentencePieceFile
  let beginningOfSequence: Int?
  let endOfSequence: Int?

  init(_ file: SentencePieceFile) {
    self.file = file
    beginningOfSequence = file.control(file.proto.beginning)
    endOfSequence = file.control(file.proto.end)
  }

  var vocabularySize: Int { file.model.vocabulary.size }

  var kind: String { "\(file.model.kind), \(vocabularySize) tokens" }

  func token(_ id: Int) -> String? { file.model.vocabulary.piece(id) }

  func id(of token: String) -> Int? { file.model.vocabulary.id(of: token) }

  func isSpecial(_ id: Int) -> Bool { file.kind(id) == .control }

  func encode(_ text: String, addSpecialTokens: Bool) throws(TextError) -> [Int] {
    try run(text, wantsSpans: false).ids
  }

  /// The tokens with their stretches as the library gives them: of the bytes of a character only the
  /// last stands for it.
  func encoding(of text: String, addSpecialTokens: Bool) throws(TextError) -> Encoding {
    var run = try run(text, wantsSpans: true)
    var text = text
    text.withUTF8 { CodePoints.convert(&run.spans, in: $0) }
    return Encoding(ids: run.ids, offsets: Offsets(run.spans), spellings: run.spellings)
  }

  private func run(_ text: String, wantsSpans: Bool) throws(TextError) -> TokenRun {
    guard text.utf8.count < Int(UInt32.max) else {
      throw TextError(.unencodable, "a text of 4 GB or more; give it in parts")
    }
    var aligned = AlignedText(Array(text.utf8), isTracked: wantsSpans)
    try file.normalizer.apply(to: &aligned)
    var run = TokenRun(wantsSpans: wantsSpans)
    try file.model.encode(PreTokens(aligned), into: &run)
    for index in run.spans.indices {
      if run.ids[index] == file.unknown {
        run.spellings.append(aligned.bytes[run.spans[index].range], at: index)
      }
      run.spans[index] = aligned.source(of: run.spans[index])
    }
    return run
  }

  func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    var stream = Stream(file: file)
    var text: [UInt8] = []
    for id in ids { text += stream.append(id) }
    return String(decoding: text + stream.finish(), as: UTF8.self)
  }

  func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(Stream(file: file))
  }

  private struct Stream: PieceStream {
    let file: SentencePieceFile
    private var decoding: SentencePieceDecoding
    /// The whole text, where it is mended as such.
    private var text: [UInt8] = []

    init(file: SentencePieceFile) {
      self.file = file
      decoding = file.decoding
    }

    mutating func append(_ id: Int) -> [UInt8] {
      var new: [UInt8] = []
      if let kind = file.kind(id) {
        decoding.append(file.proto.pieces[id].spelling, kind, to: &new)
      } else {
        decoding.append([0xEF, 0xBF, 0xBD], .normal, to: &new)
      }
      guard file.mendsText else { return new }
      text += new
      return []
    }

    mutating func finish() -> [UInt8] {
      var new: [UInt8] = []
      decoding.finish(&new)
      return file.mendsText ? file.mended(text + new) : new
    }
  }
}
