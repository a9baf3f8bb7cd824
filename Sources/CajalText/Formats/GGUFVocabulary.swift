// SPDX-License-Identifier: Apache-2.0

/// The vocabulary of a GGUF file, in values that its reader has decoded.
///
/// GGUF keeps no `tokenizer.json`: it has the pieces with scores or merges, names the kind of model and
/// the way texts are cut, and leaves the meaning of these names to llama.cpp. ``tokenizer()`` gives
/// them that meaning.
///
/// - Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, "Tokenizer"
/// - Reference: <https://github.com/ggml-org/llama.cpp>, `src/llama-vocab.cpp`
public struct GGUFVocabulary: Sendable {
  /// `tokenizer.ggml.model`: `gpt2`, `llama`, `bert`, `t5`, …
  public var model: String
  /// `tokenizer.ggml.pre`: how texts are cut for a byte-pair model.
  public var cutting: String?
  /// `tokenizer.ggml.tokens`: the pieces by number.
  public var tokens: [[UInt8]]
  /// `tokenizer.ggml.scores`: one a piece, or none at all.
  public var scores: [Float] = []
  /// `tokenizer.ggml.token_type`: one a piece, or none at all.
  public var types: [TokenType] = []
  /// `tokenizer.ggml.merges`: two pieces with a space between them, best first.
  public var merges: [[UInt8]] = []
  /// The tokens with a task.
  public var special = SpecialTokens()
  /// The switches that the file sets.
  public var switches = Switches()
  /// `tokenizer.ggml.precompiled_charsmap`: SentencePiece's table of replacements; empty for none.
  public var replacements: [UInt8] = []
  /// `tokenizer.chat_template` and the templates beside it by their names; the plain one is `default`.
  public var chatTemplates: [String: String] = [:]
  /// `general.architecture`, on which the treatment of a few tokens hangs.
  public var architecture: String?
  /// `general.name`, on which the treatment of a few tokens hangs.
  public var name: String?

  /// A vocabulary of pieces alone.
  public init(model: String, tokens: [[UInt8]]) {
    (self.model, self.tokens) = (model, tokens)
  }

  /// What a piece is for.
  public enum TokenType: Int, Sendable {
    /// Nothing is said.
    case undefined = 0
    /// A piece of text.
    case normal
    /// What the vocabulary cannot express.
    case unknown
    /// A mark for the model.
    case control
    /// Found in a text before anything else happens to it.
    case userDefined
    /// Not in use.
    case unused
    /// A single byte.
    case byte
  }

  /// Numbers of tokens with a task; nil where the file does not name one.
  public struct SpecialTokens: Sendable {
    /// `bos_token_id`: before a text.
    public var beginning: Int?
    /// `eos_token_id`: behind a text.
    public var end: Int?
    /// `eot_token_id`: behind a turn of a conversation.
    public var endOfTurn: Int?
    /// `eom_token_id`: behind a message that a tool shall answer.
    public var endOfMessage: Int?
    /// `unknown_token_id`.
    public var unknown: Int?
    /// `seperator_token_id`, spelled as the format does.
    public var separator: Int?
    /// `padding_token_id`.
    public var padding: Int?
    /// `cls_token_id`.
    public var classification: Int?
    /// `mask_token_id`.
    public var mask: Int?

    /// No such token.
    public init() {}
  }

  /// Switches; nil where the file says nothing and the kind of model decides.
  public struct Switches: Sendable {
    /// `add_bos_token`: the token for the beginning stands before every text.
    public var addsBeginning: Bool?
    /// `add_eos_token`: the token for the end stands behind every text.
    public var addsEnd: Bool?
    /// `add_sep_token`: the separating token stands behind every text.
    public var addsSeparator: Bool?
    /// `add_space_prefix`: a text gets a space in front.
    public var addsSpacePrefix: Bool?
    /// `remove_extra_whitespaces`: of several spaces one stays.
    public var removesExtraSpaces: Bool?
    /// `normalizer.lowercase`, of BERT.
    public var lowercases: Bool?
    /// `normalizer.strip_accents`, of BERT.
    public var stripsAccents: Bool?

    /// Nothing is said.
    public init() {}
  }
}
