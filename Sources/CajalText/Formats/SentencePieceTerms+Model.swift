// SPDX-License-Identifier: Apache-2.0

// MARK: - The model
extension SentencePieceTerms {
  /// Pieces longer than this are refused: the time to find the merges grows with its square.
  private static let lengthLimit = 1024

  private typealias Piece = (text: String, score: Double)

  /// The member `model`.
  func model() throws(TextError) -> JSONValue {
    switch kind {
    case .llama, .codeLlama, .gemma: return try pairs()
    case .generic: return proto.algorithm == .unigram ? try unigram() : try pairs()
    case .t5, .mbart, .xlmRoberta, .albert: return try unigram()
    case .camembert:
      guard proto.algorithm == .unigram else {
        throw TextError(
          .unsupported, "a \(kind.rawValue) needs a unigram model, and this one is another")
      }
      return try unigram()
    }
  }

  // MARK: Pairs

  /// Byte pairs: every way to cut a piece into two others is a merge, the one with the highest score of what
  /// comes out first, of equal ones the longest left half.
  ///
  /// So do the library that trained the model, versions of transformers before 5 and the files they have
  /// written. Version 5.23 takes the numbers of pieces instead of their scores: `▁▁Hello` of Llama 2, which
  /// was trained as `▁`, `▁Hello`, becomes `▁▁`, `Hello`.
  private func pairs() throws(TextError) -> JSONValue {
    let longest = proto.pieces.reduce(0) { max($0, $1.spelling.count) }
    guard longest <= Self.lengthLimit else {
      throw TextError(.unsupported, "a piece has \(longest) bytes, more than \(Self.lengthLimit)")
    }
    let spellings = proto.pieces.map { String(decoding: $0.spelling, as: UTF8.self) }
    let names = try renamed(spellings)
    let unknown: JSONValue =
      switch kind {
      case .generic: .string(String(decoding: proto.unknownSpelling, as: UTF8.self))
      case .llama: nil
      default: .string(mark("unk_token"))
      }
    return [
      "type": "BPE", "unk_token": unknown, "fuse_unk": true,
      "byte_fallback": .bool(kind != .generic || proto.hasByteFallback), "ignore_merges": false,
      "vocab": .object(
        names.enumerated().map { JSONMember(key: $0.element, value: .integer($0.offset)) }),
      "merges": .array(merges(spellings)),
    ]
  }

  private func merges(_ spellings: [String]) -> [JSONValue] {
    var table = PieceTable(reserving: proto.pieces.count)
    for piece in proto.pieces { table.append(piece.spelling) }
    var merges: [Merge] = []
    for piece in proto.pieces {
      let spelling = piece.spelling
      spelling.withUnsafeBufferPointer { bytes in
        let total = bytes.count { $0 & 0xC0 != 0x80 }
        var length = 0
        for cut in bytes.indices.dropFirst() where bytes[cut] & 0xC0 != 0x80 {
          length += 1
          guard let left = table.find(UnsafeBufferPointer(rebasing: bytes[..<cut])),
            let right = table.find(UnsafeBufferPointer(rebasing: bytes[cut...]))
          else { continue }
          merges.append(
            Merge(score: piece.score, lengths: (length, total - length), left: left, right: right))
        }
      }
    }
    let order = merges.indices.sorted { one, other in
      let (first, second) = (merges[one], merges[other])
      if first.score != second.score { return first.score > second.score }
      if first.lengths != second.lengths { return first.lengths > second.lengths }
      return one < other
    }
    return order.map { index in
      [.string(spellings[merges[index].left]), .string(spellings[merges[index].right])]
    }
  }

  /// Two pieces that make a third.
  private struct Merge {
    /// Of the third.
    var score: Float
    /// How many characters the two have.
    var lengths: (Int, Int)
    var left: Int
    var right: Int
  }

  /// The generic class gives pieces that a list of added tokens spells otherwise the new spelling.
  private func renamed(_ spellings: [String]) throws(TextError) -> [String] {
    let tokens = configuration.addedTokens
    guard kind == .generic, !tokens.isEmpty else { return spellings }
    var names = spellings
    var known = Set(spellings.map { Array($0.utf8) })
    for (id, token) in tokens where names.indices.contains(id) {
      guard known.insert(Array(token.content.utf8)).inserted else { continue }
      known.remove(Array(names[id].utf8))
      names[id] = token.content
    }
    return names
  }

  // MARK: Unigram

  private func unigram() throws(TextError) -> JSONValue {
    guard kind != .generic || configuration.addedTokens.isEmpty else {
      throw TextError(
        .unsupported,
        "a unigram model with “added_tokens_decoder” and without a class of its own is not implemented, "
          + "nor does transformers open it; name the class in tokenizer_config.json, or put the "
          + "model's tokenizer.json beside it")
    }
    let pieces = arranged()
    let unknown =
      switch kind {
      case .generic: proto.trainedUnknown
      case .t5: 2
      case .albert: 1
      case .camembert: pieces.firstIndex { $0.text.utf8.elementsEqual(mark("unk_token").utf8) } ?? 0
      default: 3
      }
    guard pieces.indices.contains(unknown) else {
      throw TextError(
        .malformed, "the unknown token is number \(unknown) of \(pieces.count) pieces")
    }
    return [
      "type": "Unigram", "unk_id": .integer(unknown),
      "byte_fallback": .bool(kind == .generic && proto.hasByteFallback),
      "vocab": .array(pieces.map { [.string($0.text), .number($0.score)] }),
    ]
  }

  /// The pieces with the numbers that the class gives them.
  private func arranged() -> [Piece] {
    let pieces: [Piece] = proto.pieces.map {
      (String(decoding: $0.spelling, as: UTF8.self), Double($0.score))
    }
    func marks(_ roles: [String]) -> [Piece] { roles.map { (mark($0), 0) } }
    let first = ["bos_token", "pad_token", "eos_token", "unk_token"]
    switch kind {
    case .t5:
      return pieces + (0..<sentinelCount).reversed().map { ("<extra_id_\($0)>", 0) }
    case .xlmRoberta: return marks(first) + pieces.dropFirst(3) + marks(["mask_token"])
    case .mbart:
      return marks(first) + pieces.dropFirst(3) + Self.languages.map { ($0, 0) }
        + marks(["mask_token"])
    case .camembert:
      let own: [Piece] = [
        ("<s>NOTUSED", 0), (mark("pad_token"), 0), ("</s>NOTUSED", 0), (mark("unk_token"), 0),
        ("<unk>NOTUSED", -100),
      ]
      return own + pieces.dropFirst() + marks(["mask_token"])
    default: return pieces
    }
  }
}
