// SPDX-License-Identifier: Apache-2.0

/// The tokens of a text and where each comes from.
public struct Encoding: Sendable, Equatable {
  /// The tokens, as ``Tokenizer/encode(_:addSpecialTokens:)`` gives them.
  public var ids: [Int]
  /// For each token the stretch of the original text that it stands for, in Unicode code points.
  ///
  /// Tokens that the tokenizer puts around a text stand for nothing: `0..<0`. Several tokens of one
  /// character all have the whole character.
  public var offsets: Offsets

  /// How some tokens are spelled in this text, where it is not as in the vocabulary.
  private let spellings: Spellings

  /// Tokens with their stretches; as many of one as of the other.
  public init(ids: [Int], offsets: Offsets) {
    self.init(ids: ids, offsets: offsets, spellings: Spellings())
  }

  init(ids: [Int], offsets: Offsets, spellings: Spellings) {
    precondition(
      ids.count == offsets.count, "\(ids.count) tokens with \(offsets.count) stretches")
    (self.ids, self.offsets, self.spellings) = (ids, offsets, spellings)
  }

  /// How a token is spelled in this text, where that is not what the vocabulary says: text that a
  /// Unigram model has no piece for, white space that an added token took with it.
  ///
  /// ``Tokenizer/tokens(of:)`` gives the spelling of every token.
  public func spelling(at index: Int) -> String? {
    spellings[index].map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Stretches of a text in Unicode code points, one a token; eight bytes each.
public struct Offsets: RandomAccessCollection, RangeReplaceableCollection, MutableCollection,
  Sendable, Equatable
{
  var spans: [ByteSpan]

  /// No stretches.
  public init() { spans = [] }

  init(_ spans: [ByteSpan]) { self.spans = spans }

  /// The first position: zero.
  public var startIndex: Int { 0 }
  /// How many there are.
  public var endIndex: Int { spans.count }

  /// The stretch of a token, below 2³² code points.
  public subscript(position: Int) -> Range<Int> {
    get { spans[position].range }
    set { spans[position] = ByteSpan(newValue) }
  }

  /// Puts other stretches in the place of some.
  public mutating func replaceSubrange(
    _ range: Range<Int>, with stretches: some Collection<Range<Int>>
  ) {
    spans.replaceSubrange(range, with: stretches.map { ByteSpan($0) })
  }
}
