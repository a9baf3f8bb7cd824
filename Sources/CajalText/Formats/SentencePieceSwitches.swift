// SPDX-License-Identifier: Apache-2.0

/// What a `tokenizer_config.json` says to the classes that read SentencePiece models.
struct SentencePieceSwitches: Sendable {
  /// `keep_accents`, of the family of ALBERT.
  private(set) var keepsAccents: Bool?
  /// `extra_ids`: how many sentinels T5 has.
  private(set) var sentinelCount: Int?
  /// `src_lang`: the language whose mark stands behind a text of mBART.
  private(set) var sourceLanguage: String?
  /// Whether the tokenizer has code of its own.
  private(set) var hasOwnCode = false
  /// Special tokens without a role, where the files list them; the marks of the model are then left out.
  private(set) var extraTokens: [String]?

  /// Nothing is said.
  init() {}

  /// Reads the members of a `tokenizer_config.json`.
  init(_ value: JSONValue) throws(TextError) {
    var fields = try JSONFields(value, "")
    keepsAccents = try fields.takeIfPresent("keep_accents")?.bool("keep_accents")
    sentinelCount = try fields.takeIfPresent("extra_ids")?.count("extra_ids")
    sourceLanguage = try fields.takeIfPresent("src_lang")?.string("src_lang")
    hasOwnCode = fields.takeIfPresent("auto_map") != nil
    let members = try value.members("the file")
    func list(_ key: String) -> [String]? {
      members.first { $0.key == key }.flatMap { Self.list($0.value) }
    }
    let (extra, additional) = (list("extra_special_tokens"), list("additional_special_tokens"))
    extraTokens = extra?.isEmpty == false ? extra : additional ?? extra
  }

  /// Reads a `special_tokens_map.json`.
  mutating func readSpecialTokensMap(_ members: [JSONMember]) {
    guard let value = members.first(where: { $0.key == "extra_special_tokens" })?.value,
      let tokens = Self.list(value)
    else { return }
    extraTokens = (extraTokens ?? []) + tokens
  }

  /// The texts of a list of tokens; nothing for tokens by role.
  private static func list(_ value: JSONValue) -> [String]? {
    switch value {
    case .null: return []
    case .array(let elements):
      return elements.compactMap { element in
        switch element {
        case .string(let content): return content
        case .object(let members):
          guard case .string(let content) = members.first(where: { $0.key == "content" })?.value
          else { return nil }
          return content
        default: return nil
        }
      }
    default: return nil
    }
  }
}
