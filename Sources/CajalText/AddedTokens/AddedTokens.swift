// SPDX-License-Identifier: Apache-2.0

/// The tokens that are found in a text before anything else happens to it, such as `<s>`.
///
/// Those that are searched as they are cut the original text; the others, normalized, then cut what
/// the normalizer has made of the stretches between.
///
/// - Reference: `tokenizer/added_vocabulary.rs` of <https://github.com/huggingface/tokenizers>.
struct AddedTokens: Sendable {
  /// A stretch of a text: a token that was found, or what stands between two.
  enum Stretch: Equatable {
    case token(Int, ByteSpan)
    case text(ByteSpan)
  }

  /// A token with its number.
  private struct Entry {
    var id: Int
    var token: AddedToken
    /// What the normalizer made of a token of this number; of one that is searched as it is, what it
    /// made of the one before.
    var normalized: [UInt8]?
    var isSpecial = false

    var content: [UInt8] { Array(token.content.utf8) }
    var decoded: [UInt8] { normalized ?? content }
    var pattern: [UInt8] { token.isNormalized ? decoded : content }
  }

  /// All strings together; keeps the nodes of a search within 32 bits.
  private static let lengthLimit = 1 << 30

  /// How many pieces the model itself has.
  private let modelCount: Int
  private var entries: [Entry] = []
  /// For every number the place of its entry, or −1.
  private var places: [Int32] = []
  private var ids: [[UInt8]: Int] = [:]
  private var specialContents: Set<[UInt8]> = []
  /// Pieces of the model that are spelled like a mark with another number.
  private var shadowedMarks: Set<Int> = []
  private var original = Search()
  private var normalized = Search()

  /// None yet, on top of the pieces of a model.
  init(_ vocabulary: Vocabulary) {
    modelCount = vocabulary.modelCount
  }
}

// MARK: - Looking up
extension AddedTokens {
  /// The tokens in the order of their numbers.
  var tokens: [(id: Int, token: AddedToken)] {
    entries.sorted { $0.id < $1.id }.map { ($0.id, $0.token) }
  }

  /// One more than the largest number; 0 without any.
  var size: Int { places.count }

  /// The number of a token; nothing is normalized.
  func id(of content: String) -> Int? { ids[Array(content.utf8)] }

  /// What a token decodes to: its text as the normalizer leaves it, where it is normalized.
  func piece(_ id: Int) -> [UInt8]? { entry(id)?.decoded }

  /// Whether a token is a mark; a mark that its normalizer changes is none when it comes back, as in
  /// the reference.
  func isSpecial(_ id: Int) -> Bool { entry(id)?.isSpecial ?? shadowedMarks.contains(id) }

  private func entry(_ id: Int) -> Entry? {
    guard places.indices.contains(id), places[id] >= 0 else { return nil }
    return entries[Int(places[id])]
  }
}

// MARK: - Building
extension AddedTokens {
  /// Reads the member `added_tokens`.
  ///
  /// The numbers of the file are not taken: a token has the number that the model has for it, and
  /// otherwise the next one. So does the reference; in sound files both agree.
  static func tokens(_ value: JSONValue) throws(TextError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for (index, element) in try value.array("added_tokens").enumerated() {
      let path = "added_tokens[\(index)]"
      var fields = try JSONFields(element, path)
      _ = try fields.takeCount("id")
      tokens.append(try AddedToken(element, path, normalizes: false))
    }
    return tokens
  }

  /// Adds tokens; a spelling that is there already keeps its number and takes the new settings.
  ///
  /// - Parameters:
  ///   - vocabulary: The model's pieces.
  ///   - normalizer: What changes tokens that are searched in a normalized text.
  mutating func add(
    _ tokens: [AddedToken], to vocabulary: Vocabulary, _ normalizer: NormalizerChain
  ) throws(TextError) {
    let largest = entries.lazy.map(\.id).max()
    var next = modelCount
    if let largest, largest >= modelCount || modelCount == 0 { next = largest + 1 }
    for token in tokens where !token.content.isEmpty {
      let content = Array(token.content.utf8)
      var id = next
      if let known = ids[content] ?? vocabulary.id(of: token.content) {
        id = known
      } else {
        next += 1
      }
      ids[content] = id
      if token.isSpecial { specialContents.insert(content) }
      place(Entry(id: id, token: token, normalized: try Self.normalized(token, normalizer)))
    }
    for id in vocabulary.shadowed {
      guard let spelling = vocabulary.modelSpelling(id) else { continue }
      if specialContents.contains(Array(spelling)) { shadowedMarks.insert(id) }
    }
    try finish()
  }

  /// Adds tokens that are not normalized at numbers of their own, in order.
  mutating func add(_ tokens: [(id: Int, token: AddedToken)]) throws(TextError) {
    for (id, token) in tokens {
      guard id <= 4 * (modelCount + tokens.count) + 65_536 else {
        throw TextError(
          .malformed,
          "“\(VisibleText.excerpt(token.content))” has the number \(id), far beyond the vocabulary")
      }
      let content = Array(token.content.utf8)
      guard !content.isEmpty else { continue }
      ids[content] = id
      if token.isSpecial { specialContents.insert(content) }
      place(Entry(id: id, token: token))
    }
    try finish()
  }

  /// Brings what is searched up to date.
  private mutating func finish() throws(TextError) {
    for index in entries.indices {
      entries[index].isSpecial = specialContents.contains(entries[index].decoded)
    }
    let length = entries.reduce(0) { $0 + $1.pattern.count }
    guard length < Self.lengthLimit else {
      throw TextError(.malformed, "the added tokens together have more than 1 GB")
    }
    original = Search(entries.filter { !$0.token.isNormalized })
    normalized = Search(entries.filter(\.token.isNormalized))
  }

  /// What the normalizer makes of a token; nil where that is the token.
  private static func normalized(
    _ token: AddedToken, _ normalizer: NormalizerChain
  ) throws(TextError) -> [UInt8]? {
    guard token.isNormalized else { return nil }
    let content = Array(token.content.utf8)
    var text = AlignedText(content, isTracked: false)
    try normalizer.apply(to: &text)
    guard !text.bytes.isEmpty else { throw vanishing(token) }
    return text.bytes == content ? nil : text.bytes
  }

  private static func vanishing(_ token: AddedToken) -> TextError {
    TextError(
      .unsupported,
      "the normalizer leaves nothing of the added token “\(VisibleText.excerpt(token.content))”, so "
        + "it would be found everywhere; switch its “normalized” off")
  }

  /// A number belongs to the last token that it was given.
  private mutating func place(_ entry: Entry) {
    while places.count <= entry.id { places.append(-1) }
    if places[entry.id] >= 0 {
      let old = entries[Int(places[entry.id])]
      entries[Int(places[entry.id])] = entry
      if entry.normalized == nil { entries[Int(places[entry.id])].normalized = old.normalized }
    } else {
      places[entry.id] = Int32(entries.count)
      entries.append(entry)
    }
  }
}

// MARK: - Searching
extension AddedTokens {
  /// Cuts a text at the tokens that are searched as they are.
  func split(_ text: [UInt8]) -> [Stretch] {
    text.withUnsafeBufferPointer(original.stretches)
  }

  /// Cuts a normalized text at the tokens that are searched there.
  func splitNormalized(_ text: [UInt8]) -> [Stretch] {
    text.withUnsafeBufferPointer(normalized.stretches)
  }

  /// Tokens of one of the two kinds.
  private struct Search {
    let tokens: [(id: Int, token: AddedToken)]
    let matcher: TokenMatcher?

    init(_ entries: [Entry] = []) {
      tokens = entries.map { ($0.id, $0.token) }
      matcher = entries.isEmpty ? nil : TokenMatcher(entries.map(\.pattern))
    }

    /// The stretches of a text; none is empty.
    ///
    /// White space goes to the token before it first. Where that token has eaten what the next match
    /// consists of, the two overlap, as they do in the reference.
    func stretches(_ text: UnsafeBufferPointer<UInt8>) -> [Stretch] {
      guard !text.isEmpty else { return [] }
      var stretches: [Stretch] = []
      var end = 0
      var space = 0..<0  // White space that is known already: no byte is looked at twice.
      for match in matcher?.matches(in: text) ?? [] {
        let (id, token) = tokens[match.string]
        var (start, stop) = (match.range.lowerBound, match.range.upperBound)
        if token.isSingleWord,
          WordBoundary.hasWord(before: start, in: text) || WordBoundary.hasWord(at: stop, in: text)
        {
          continue
        }
        if token.stripsLeft {
          let eaten = WordBoundary.startOfSpace(before: start, in: text, limit: min(start, end))
          start = max(eaten, end)
        }
        if token.stripsRight {
          if !space.contains(stop) {
            space = stop..<WordBoundary.endOfSpace(at: stop, in: text)
          }
          stop = space.upperBound
        }
        if end < start { stretches.append(.text(ByteSpan(end..<start))) }
        if start < stop { stretches.append(.token(id, ByteSpan(start..<stop))) }
        end = stop
      }
      if end < text.count { stretches.append(.text(ByteSpan(end..<text.count))) }
      return stretches
    }
  }
}
