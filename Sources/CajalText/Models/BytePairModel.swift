// SPDX-License-Identifier: Apache-2.0

/// Byte-pair encoding: a piece of text falls into characters or bytes, of which neighbours are joined,
/// the most urgent pair first, until no pair is left.
///
/// A character without a token becomes its bytes, where the vocabulary has them; else the unknown
/// token; else, as in the reference, nothing.
///
/// - Source: Sennrich et al. 2016 <https://arxiv.org/abs/1508.07909>.
/// - Reference: `models/bpe` of <https://github.com/huggingface/tokenizers>; for ranks
///   <https://github.com/openai/tiktoken>, for scores `bpe_model.cc` of
///   <https://github.com/google/sentencepiece>.
struct BytePairModel: TokenModel {
  /// The settings of a model.
  struct Options: Sendable {
    var symbols = BytePairSymbols.characters
    /// Whether characters without a token become the pieces `<0x00>` to `<0xFF>`.
    var hasByteFallback = false
    /// The spelling of the token for what is not in the vocabulary.
    var unknown: String?
    /// Whether unknown characters in a row become one token.
    var fusesUnknown = false
    /// Whether a piece of text that is in the vocabulary is taken as it is.
    var ignoresMerges = false
    /// What the vocabulary puts before all characters of a piece of text but the first.
    var continuingPrefix = ""
    /// What the vocabulary puts behind the last character of a piece of text.
    var endOfWordSuffix = ""

    var hasAffixes: Bool { !continuingPrefix.isEmpty || !endOfWordSuffix.isEmpty }
  }

  /// Stands for no token.
  static let none = UInt32.max

  /// The pieces; added tokens join them after the model is read.
  var vocabulary: Vocabulary
  /// The pieces without added tokens.
  let own: Vocabulary
  let options: Options
  /// The pieces as the text has them, where the vocabulary spells them otherwise.
  let keys: PieceTable?
  /// For each place of ``keys`` its number.
  let keyNumbers: [UInt32]
  let pairs: PairTable
  /// Where a text can be cut; nil where it never can.
  let joins: JoinFilter?
  /// The token of each byte, or ``none``.
  let bytes: [UInt32]
  /// What any two bytes become, the left one counting 256; empty where the model starts otherwise.
  let bytePairs: [PairMerge]
  /// The token of each character, or ``none``.
  let characters: ScalarTable
  /// For each token how many bytes of text it stands for, unknown ones apart.
  let lengths: [UInt32]
  /// The tokens that stand for bytes of unknown characters, each perhaps ``none``.
  let fallback: [UInt32]
  /// Whether the border beside an unknown character is one where a text can be cut.
  let cutsAtUnknown: Bool
  let unknown: UInt32
  /// What the symbols behind the vocabulary mean that only merging needs: a token or ``none``.
  let extras: [UInt32]
  let pool: ScratchPool<BytePairScratch>

  var hasByteFallback: Bool { options.hasByteFallback }

  /// `BPE with byte fallback`.
  var kind: String { "BPE\(hasByteFallback ? " with byte fallback" : "")" }

  /// - Parameter rememberedBits: The logarithm of how many words are remembered; 0 for none, which
  ///   only changes the speed.
  init(
    vocabulary: Vocabulary, merges: BytePairMerges, options: Options, rememberedBits: Int = 16
  ) throws(TextError) {
    var builder = BytePairBuilder(vocabulary, options)
    switch merges {
    case .pairs(let pairs): try builder.read(pairs)
    case .ranks: try builder.readRanks()
    case .scores(let scores, let inert): try builder.read(scores: scores, inert: inert)
    }
    self.vocabulary = vocabulary
    own = vocabulary
    self.options = options
    (keys, keyNumbers) = (builder.keys, builder.keyNumbers)
    (pairs, joins) = (builder.pairs, builder.joins())
    bytePairs = builder.bytePairs()
    (bytes, characters, lengths) = (builder.bytes, builder.characters, builder.lengths())
    fallback = builder.fallback
    cutsAtUnknown = builder.cutsAtUnknown
    unknown = builder.unknown
    extras = builder.extras
    pool = ScratchPool { BytePairScratch(rememberedBits: rememberedBits) }
  }
}

/// What one caller needs to encode a text.
///
/// A pool hands it to one caller at a time, which is why it may be sent from thread to thread.
final class BytePairScratch: @unchecked Sendable {
  var merging = PairMerging()
  let memory: PieceMemory?

  init(rememberedBits: Int) {
    memory = rememberedBits > 0 ? PieceMemory(bits: rememberedBits) : nil
  }
}
