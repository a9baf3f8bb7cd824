// SPDX-License-Identifier: Apache-2.0

// MARK: - What happens around the model
extension SentencePieceTerms {
  /// The member `normalizer`.
  var normalizer: JSONValue {
    switch kind {
    case .generic: return .normalizers(replacements + [.escapesSpaces])
    case .gemma: return .escapesSpaces
    case .llama where prependsAlways:
      return .normalizers([["type": "Prepend", "prepend": "▁"], .escapesSpaces])
    case .llama, .codeLlama, .mbart: return nil
    case .t5, .xlmRoberta, .camembert: return .normalizers(replacements)
    case .albert:
      var steps: [JSONValue] = [.replace("``", with: "\""), .replace("''", with: "\"")]
      if configuration.sentencePiece.keepsAccents != true {
        steps += [["type": "NFKD"], ["type": "StripAccents"]]
      }
      if configuration.lowercases ?? true { steps.append(["type": "Lowercase"]) }
      return .normalizers(steps + replacements)
    }
  }

  /// Whether a space comes before every text, before one that begins with a space as well: so the models
  /// called legacy were trained, and so versions of transformers before 5 read them. Version 5.23 leaves it
  /// out before a space.
  private var prependsAlways: Bool {
    configuration.isLegacy == true && configuration.addsPrefixSpace != false
  }

  /// The model's own map, where it has one.
  private var replacements: [JSONValue] {
    guard !proto.normalizer.map.isEmpty else { return [] }
    let map = Base64.encode(proto.normalizer.map)
    return [["type": "Precompiled", "precompiled_charsmap": .string(map)]]
  }

  /// The member `pre_tokenizer`.
  var preTokenizer: JSONValue {
    let prefix = configuration.addsPrefixSpace ?? true
    switch kind {
    case .generic: return nil
    case .gemma:
      return [
        "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious",
        "invert": false,
      ]
    case .llama where prependsAlways: return nil
    case .llama, .codeLlama: return .metaspace(prefix ? "first" : "never", splits: false)
    case .t5, .mbart, .xlmRoberta, .camembert, .albert:
      return [
        "type": "Sequence",
        "pretokenizers": [["type": "WhitespaceSplit"], .metaspace(wordScheme, splits: true)],
      ]
    }
  }

  /// Where words get a space before them.
  private var wordScheme: String {
    kind == .t5 || kind == .mbart || configuration.addsPrefixSpace != false ? "always" : "never"
  }

  /// The member `decoder`.
  var decoder: JSONValue {
    var steps: [JSONValue] = [.replace("▁", with: " ")]
    let fallsBack: [JSONValue] = [["type": "ByteFallback"], ["type": "Fuse"]]
    switch kind {
    case .generic: if proto.hasByteFallback { steps += fallsBack }
    case .gemma: steps += fallsBack
    case .llama, .codeLlama:
      steps += fallsBack
      if kind == .codeLlama || configuration.addsPrefixSpace != false {
        steps.append(["type": "Strip", "content": " ", "start": 1, "stop": 0])
      }
    case .t5, .mbart, .xlmRoberta, .camembert, .albert:
      return .metaspace(wordScheme, splits: true)
    }
    return ["type": "Sequence", "decoders": .array(steps)]
  }

  /// The member `post_processor`.
  func template(_ names: TokenNames) throws(TextError) -> JSONValue {
    func id(_ content: String) throws(TextError) -> (token: String, id: Int) {
      // The template of ALBERT is made before tokens are added.
      let number = kind == .albert ? names.vocabulary.id(of: content) : names.id(of: content)
      guard let id = number else {
        throw TextError(
          .malformed,
          "a \(kind.rawValue) puts “\(VisibleText.excerpt(content))” around a text, which is not in "
            + "the vocabulary")
      }
      return (content, id)
    }
    switch kind {
    case .generic, .llama, .codeLlama, .gemma: return try configuration.template(names)
    case .t5: return .template(before: [], after: [try id(mark("eos_token"))])
    case .xlmRoberta, .camembert:
      return .template(before: [try id(mark("bos_token"))], after: [try id(mark("eos_token"))])
    case .albert:
      let usual = JSONValue.template(
        before: [try id(mark("cls_token"))], after: [try id(mark("sep_token"))])
      let isSwitched =
        configuration.addsBeginningOfSequence != nil || configuration.addsEndOfSequence != nil
      return isSwitched ? try configuration.template(names) : usual
    case .mbart:
      let language = configuration.sentencePiece.sourceLanguage ?? "en_XX"
      return .template(before: [], after: [try id(mark("eos_token")), try id(language)])
    }
  }
}

extension JSONValue {
  fileprivate static func replace(_ pattern: String, with content: String) -> JSONValue {
    [
      "type": "Replace", "pattern": ["String": .string(pattern)], "content": .string(content),
    ]
  }

  fileprivate static var escapesSpaces: JSONValue { replace(" ", with: "▁") }

  /// Normalizers in a row; null for none.
  fileprivate static func normalizers(_ steps: [JSONValue]) -> JSONValue {
    steps.isEmpty ? nil : ["type": "Sequence", "normalizers": .array(steps)]
  }

  fileprivate static func metaspace(_ scheme: String, splits: Bool) -> JSONValue {
    [
      "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(scheme),
      "split": .bool(splits),
    ]
  }
}
