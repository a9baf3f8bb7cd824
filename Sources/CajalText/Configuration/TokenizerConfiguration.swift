// SPDX-License-Identifier: Apache-2.0

/// What the files beside a tokenizer say about its use: marks by role, chat templates, switches.
///
/// Read from `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the templates
/// beside them, with the precedence that transformers gives them. Members that steer nothing but
/// Python classes are left aside.
///
/// - Reference: `tokenization_utils_base.py` and `tokenization_utils_tokenizers.py` of
///   <https://github.com/huggingface/transformers>, version 5.
public struct TokenizerConfiguration: Sendable {
  /// The texts of the special tokens by role, spelled as in the files: `bos_token`, `eos_token`,
  /// `unk_token`, `sep_token`, `pad_token`, `cls_token`, `mask_token`, and roles of single models such
  /// as `image_token`.
  public internal(set) var specialTokens: [String: String] = [:]
  /// Special tokens without a role.
  public internal(set) var extraSpecialTokens: [String] = []
  /// Chat templates by name, in the language of Jinja; `default` is the usual one.
  public internal(set) var chatTemplates: [String: String] = [:]
  /// The Python class that the files were written by: `LlamaTokenizerFast`.
  public internal(set) var tokenizerClass: String?
  /// Whether the token for the beginning is put before a text; nil where the files leave it open.
  ///
  /// Beside a `tokenizer.json` this says nothing: there the file's own template decides.
  public internal(set) var addsBeginningOfSequence: Bool?
  /// Whether the token for the end is put behind a text; see ``addsBeginningOfSequence``.
  public internal(set) var addsEndOfSequence: Bool?
  /// Whether decoding takes out spaces before English punctuation; off where nothing is said.
  ///
  /// Byte-pair tokenizers ignore it, as transformers does.
  public internal(set) var cleansUpSpaces = false
  /// Whether a space is put before a text; nil where the files leave it open.
  public internal(set) var addsPrefixSpace: Bool?
  /// Whether SentencePiece models keep an error of early conversions; nil where the files leave it open.
  public internal(set) var isLegacy: Bool?
  /// How many tokens the model reads at most; nil where nothing sensible is said.
  public internal(set) var maximumLength: Int?

  /// `do_lower_case`, of vocabularies of word pieces.
  var lowercases: Bool?
  /// `strip_accents`, of vocabularies of word pieces.
  var stripsAccents: Bool?
  /// `tokenize_chinese_chars`, of vocabularies of word pieces.
  var separatesIdeographs: Bool?
  /// `trim_offsets`, of the family of RoBERTa.
  var trimsOffsets: Bool?
  /// What matters to the classes that read SentencePiece models.
  private(set) var sentencePiece = SentencePieceSwitches()
  /// Tokens that the file of the vocabulary itself marks, which come behind those of the configuration.
  var modelTokens: [AddedToken] = []
  /// Roles that the files leave empty on purpose.
  private(set) var emptyRoles: Set<String> = []
  /// Whether nothing but `added_tokens_decoder` says which tokens were added.
  private(set) var listsAddedTokens = false
  /// Tokens that the files add, with the numbers that they claim.
  private var added: [Int: AddedToken] = [:]
  /// The roles in order, those that every tokenizer may have first.
  private var roles = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]
  /// The settings of special tokens that are given with settings, by their text.
  private var settings: [[UInt8]: AddedToken] = [:]

  /// Nothing is said.
  public init() {}
}

// MARK: - Reading
extension TokenizerConfiguration {
  /// Reads the bytes of a `tokenizer_config.json`.
  ///
  /// - Throws: ``TextError`` where a member of interest is not what it must be.
  public init(json: [UInt8]) throws(TextError) {
    let value = try JSONParser.parse(json)
    var fields = try JSONFields(value, "")
    tokenizerClass = try fields.takeIfPresent("tokenizer_class")?.string("tokenizer_class")
    addsBeginningOfSequence = try Self.flag("add_bos_token", &fields)
    addsEndOfSequence = try Self.flag("add_eos_token", &fields)
    cleansUpSpaces = try Self.flag("clean_up_tokenization_spaces", &fields) ?? false
    addsPrefixSpace = try Self.flag("add_prefix_space", &fields)
    isLegacy = try Self.flag("legacy", &fields)
    lowercases = try Self.flag("do_lower_case", &fields)
    stripsAccents = try Self.flag("strip_accents", &fields)
    separatesIdeographs = try Self.flag("tokenize_chinese_chars", &fields)
    trimsOffsets = try Self.flag("trim_offsets", &fields)
    sentencePiece = try SentencePieceSwitches(value)
    if let value = fields.takeIfPresent("model_max_length") {
      let length = try value.double("model_max_length")
      // Configurations without a limit write 10³⁰.
      maximumLength = length >= 1 && length < 1e12 ? Int(length) : nil
    }
    if let value = fields.takeIfPresent("added_tokens_decoder") { try readAdded(value) }
    if let value = fields.takeIfPresent("chat_template") { try readTemplates(value) }
    try readSpecial(try value.members("the file"), areSpecial: nil)
  }

  private static func flag(
    _ key: String, _ fields: inout JSONFields
  ) throws(TextError) -> Bool? {
    try fields.takeIfPresent(key)?.bool(key)
  }

  /// Reads `{"0": {"content": "<s>", …}, …}`.
  private mutating func readAdded(_ value: JSONValue) throws(TextError) {
    let path = "added_tokens_decoder"
    listsAddedTokens = true
    for member in try value.members(path) {
      guard let id = Int(member.key), id >= 0 else {
        throw TextError(
          .malformed, "“\(path)” has a member “\(VisibleText.excerpt(member.key))”, no number")
      }
      added[id] = try AddedToken(member.value, "\(path).\(member.key)")
    }
  }

  /// Reads a template, templates by name, or a list of `{"name": "default", "template": "…"}`.
  private mutating func readTemplates(_ value: JSONValue) throws(TextError) {
    let path = "chat_template"
    switch value {
    case .string(let template): chatTemplates["default"] = template
    case .object(let members):
      for member in members { chatTemplates[member.key] = try member.value.string(path) }
    default:
      for element in try value.array(path) {
        var fields = try JSONFields(element, path)
        chatTemplates[try fields.takeString("name")] = try fields.takeString("template")
      }
    }
  }

  /// Reads the special tokens of a `tokenizer_config.json` or a `special_tokens_map.json`.
  ///
  /// - Parameter areSpecial: What tokens with settings are, whatever these say.
  private mutating func readSpecial(
    _ members: [JSONMember], areSpecial: Bool?
  ) throws(TextError) {
    for member in members {
      if member.value.isNull {
        emptyRoles.insert(member.key)
        continue
      }
      switch member.key {
      case "additional_special_tokens", "extra_special_tokens":
        try readExtra(member.value, member.key, areSpecial)
      case let key where key.hasSuffix("_token"):
        let isKnown = roles.contains(key)
        switch member.value {
        case .string, .object: try setSpecial(key, member.value, areSpecial)
        default:
          // Of other members only texts are tokens: `add_bos_token` is a switch.
          if isKnown { _ = try member.value.string(key) }
        }
      default: continue
      }
    }
  }

  private mutating func setSpecial(
    _ role: String, _ value: JSONValue, _ isSpecial: Bool?
  ) throws(TextError) {
    if case .object = value {
      let token = try AddedToken(value, role, isSpecial: isSpecial)
      settings[Array(token.content.utf8)] = token
      specialTokens[role] = token.content
    } else {
      specialTokens[role] = try value.string(role)
    }
    if !roles.contains(role) { roles.append(role) }
  }

  /// Reads special tokens without a role: a list, or an object where they do have one.
  private mutating func readExtra(
    _ value: JSONValue, _ path: String, _ areSpecial: Bool?
  ) throws(TextError) {
    if case .object(let members) = value {
      for member in members { try setSpecial(member.key, member.value, areSpecial) }
      return
    }
    for element in try value.array(path) {
      var content: String
      if case .object = element {
        let token = try AddedToken(element, path, isSpecial: areSpecial)
        content = token.content
        settings[Array(content.utf8)] = token
      } else {
        content = try element.string(path)
      }
      let isNew = !extraSpecialTokens.contains { $0.utf8.elementsEqual(content.utf8) }
      if isNew { extraSpecialTokens.append(content) }
    }
  }
}

// MARK: - Files of older layouts
extension TokenizerConfiguration {
  /// Reads a `special_tokens_map.json`, which counts where no list of added tokens does.
  mutating func readSpecialTokensMap(_ json: [UInt8]) throws(TextError) {
    guard !listsAddedTokens else { return }
    let members = try JSONParser.parse(json).members("the file")
    try readSpecial(members, areSpecial: true)
    sentencePiece.readSpecialTokensMap(members)
  }

  /// Reads an `added_tokens.json`: `{"<extra>": 32000}`.
  mutating func readAddedTokens(_ json: [UInt8]) throws(TextError) {
    guard !listsAddedTokens else { return }
    let special = Set((specialTokens.values + extraSpecialTokens).map { Array($0.utf8) })
    for member in try JSONParser.parse(json).members("the file") {
      let isSpecial = special.contains(Array(member.key.utf8))
      added[try member.value.count(member.key)] = AddedToken(
        content: member.key, isNormalized: !isSpecial, isSpecial: isSpecial)
    }
  }

  /// Gives a token a role where the files leave it open.
  mutating func setDefault(_ role: String, _ content: String) {
    guard specialTokens[role] == nil, !emptyRoles.contains(role) else { return }
    specialTokens[role] = content
    if !roles.contains(role) { roles.append(role) }
  }

  /// Gives the token of a role settings where the files name it by nothing but its text.
  mutating func setDefaultSettings(_ role: String, _ change: (inout AddedToken) -> Void) {
    guard let content = specialTokens[role], settings[Array(content.utf8)] == nil else { return }
    var token = AddedToken.special(content)
    change(&token)
    settings[Array(content.utf8)] = token
  }

  /// Takes other special tokens without a role than the files together name.
  mutating func setExtraTokens(_ contents: [String]) { extraSpecialTokens = contents }
}

// MARK: - What a tokenizer takes of it
extension TokenizerConfiguration {
  /// Tokens that the files add, in the order of the numbers they claim.
  var addedTokens: [(id: Int, token: AddedToken)] {
    added.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The tokens that have to be added to those that a tokenizer has, in order; of these the ones whose
  /// settings are others here.
  func missing(from present: AddedTokens) -> [AddedToken] {
    let known = present.tokens.map(\.token)
    var contents = Set(known.map { Array($0.content.utf8) })
    var missing = addedTokens.map(\.token).filter { !known.contains($0) }
    contents.formUnion(missing.map { Array($0.content.utf8) })
    let named = roles.compactMap { specialTokens[$0] }
    for content in named + extraSpecialTokens {
      let spelling = Array(content.utf8)
      guard contents.insert(spelling).inserted else { continue }
      missing.append(settings[spelling] ?? .special(content))
    }
    let listed = Set((known + added.values).map { Array($0.content.utf8) })
    missing += modelTokens.filter { !listed.contains(Array($0.content.utf8)) }
    let namedContents = Set(named.map { Array($0.utf8) })
    for index in missing.indices where namedContents.contains(Array(missing[index].content.utf8)) {
      missing[index].isSpecial = true
    }
    return missing
  }
}
