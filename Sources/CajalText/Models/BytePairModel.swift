// SPDX-License-Identifier: Apache-2.0

/// Byte-pair encoding as a `tokenizer.json` describes it: a vocabulary and merges in order of rank.
///
/// - Source: Sennrich et al. 2016 <https://arxiv.org/abs/1508.07909>.
/// - Reference: `models/bpe` of <https://github.com/huggingface/tokenizers>.
struct BytePairModel: TokenModel {
  /// The pieces; added tokens join them after the model is read.
  var vocabulary = Vocabulary([])
  let hasByteFallback: Bool
  private var merges: [Pair: PairMerge] = [:]
  private var byteTokens: [Int?] = []
  private let unknown: Int?
  private let fusesUnknown: Bool
  private let ignoresMerges: Bool

  private struct Pair: Hashable {
    var left: Int
    var right: Int
  }

  /// Reads the member `model`.
  init(_ value: JSONValue) throws(TextError) {
    var fields = try JSONFields(value, "model")
    let type = try fields.takeIfPresent("type")?.string("model.type") ?? "BPE"
    guard type == "BPE" else { throw TypedComponent.unknown(type, "model") }
    try fields.expectNeutral("dropout") { (try? $0.double("")) == 0 }  // What is no number is set.
    for affix in ["continuing_subword_prefix", "end_of_word_suffix"] {
      try fields.expectNeutral(affix) { if case .string("") = $0 { true } else { false } }
    }
    fusesUnknown = try fields.takeBool("fuse_unk")
    hasByteFallback = try fields.takeBool("byte_fallback")
    ignoresMerges = try fields.takeBool("ignore_merges")
    let pieces = try fields.take("vocab").members("model.vocab")
    for (piece, id) in try Self.inOrder(pieces) { try vocabulary.add(piece, at: id) }
    unknown = try fields.takeIfPresent("unk_token")
      .map { value throws(TextError) in try value.string("model.unk_token") }
      .flatMap(vocabulary.id(of:))
    byteTokens = (0...255).map { [vocabulary] in vocabulary.id(of: BytePiece.piece(of: $0)) }
    let list = try fields.take("merges").array("model.merges")
    for (rank, merge) in list.enumerated() { try add(merge, rank) }
    try fields.close()
  }

  /// The vocabulary by number, so that gaps can be told from numbers beyond reason.
  private static func inOrder(
    _ members: [JSONMember]
  ) throws(TextError) -> [(String, Int)] {
    var pieces: [(String, Int)] = []
    pieces.reserveCapacity(members.count)
    for member in members { pieces.append((member.key, try member.value.count("model.vocab"))) }
    return pieces.sorted { $0.1 < $1.1 }
  }

  /// Reads one merge: a list of two pieces, or in older files both in one text.
  private mutating func add(_ merge: JSONValue, _ rank: Int) throws(TextError) {
    let path = "model.merges[\(rank)]"
    var parts: [String] = []
    if case .string(let text) = merge {
      if rank == 0, text.hasPrefix("#version") { return }
      parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        .map(String.init)
    } else {
      for part in try merge.array(path) { parts.append(try part.string(path)) }
    }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw TextError(.malformed, "“\(path)” is not a pair of pieces")
    }
    guard let left = vocabulary.id(of: parts[0]), let right = vocabulary.id(of: parts[1]),
      let whole = vocabulary.id(of: parts[0] + parts[1])
    else {
      throw TextError(
        .malformed,
        "“\(path)” joins “\(VisibleText.excerpt(parts[0]))” and “\(VisibleText.excerpt(parts[1]))”: "
          + "both and their union must be in the vocabulary")
    }
    merges[Pair(left: left, right: right)] = PairMerge(rank: Double(rank), id: whole)
  }
}

// MARK: - Encoding
extension BytePairModel {
  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    for piece in tokens.pieces {
      for id in try encode(Array(tokens.text.bytes[piece.range])) { run.append(id, piece) }
    }
  }

  var kind: String { "BPE\(hasByteFallback ? " with byte fallback" : "")" }

  /// The tokens of a normalized text.
  func encode(_ text: [UInt8]) throws(TextError) -> [Int] {
    if ignoresMerges, let id = vocabulary.id(of: text) { return [id] }
    return PairMerging.merged(try characters(of: text)) { left, right in
      merges[Pair(left: left, right: right)]
    }
  }

  /// One token a character; its bytes or the unknown token where it has none.
  ///
  /// An unknown token waits for a known character, so bytes that follow it come first: so the
  /// reference has it, and only vocabularies with some of the bytes can tell.
  private func characters(of text: [UInt8]) throws(TextError) -> [Int] {
    var ids: [Int] = []
    var pending: Int?
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if let id = vocabulary.id(of: scalar) {
        if let unknown = pending { ids.append(unknown) }
        pending = nil
        ids.append(id)
      } else if let bytes = bytes(of: scalar) {
        ids += bytes
      } else if let unknown {
        if pending != nil, !fusesUnknown { ids.append(unknown) }
        pending = unknown
      } else {
        throw TextError(
          .unencodable,
          "the character “\(VisibleText.excerpt(String(Character(scalar))))” is not in the vocabulary"
        )
      }
    }
    if let unknown = pending { ids.append(unknown) }
    return ids
  }

  private func bytes(of scalar: Unicode.Scalar) -> [Int]? {
    guard hasByteFallback else { return nil }
    var ids: [Int] = []
    for byte in UTF8.encode(scalar) ?? .init() {
      guard let id = byteTokens[Int(byte)] else { return nil }
      ids.append(id)
    }
    return ids
  }
}
