// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalText

extension GGUFVocabulary {
  /// The vocabulary that a file's metadata spell.
  ///
  /// - Throws: `CheckpointError` `missing` where there is none, `malformed` where a key holds something
  ///   else than it must.
  init(_ file: GGUFFile) throws(CheckpointError) {
    let keys = GGUFKeys(file: file)
    guard let model = try keys.text("tokenizer.ggml.model") else {
      throw CheckpointError(
        .missing, "has no vocabulary (no tokenizer.ggml.model); name another GGUF of the model",
        file: file.path)
    }
    let tokens = try keys.texts("tokenizer.ggml.tokens")
    guard !tokens.isEmpty else {
      throw CheckpointError(
        .missing, "has a tokenizer without tokens (tokenizer.ggml.tokens)", file: file.path)
    }
    self.init(model: model, tokens: tokens)
    cutting = try keys.text("tokenizer.ggml.pre")
    scores = try keys.numbers("tokenizer.ggml.scores").map { Float($0) }
    types = try keys.integers("tokenizer.ggml.token_type").map { .init(rawValue: $0) ?? .undefined }
    merges = try keys.texts("tokenizer.ggml.merges")
    try readSpecialTokens(keys)
    try readSwitches(keys)
    replacements = try keys.bytes("tokenizer.ggml.precompiled_charsmap")
    chatTemplates = try Self.templates(keys)
    architecture = try keys.text("general.architecture")
    name = try keys.text("general.name")
  }

  private mutating func readSpecialTokens(_ keys: GGUFKeys) throws(CheckpointError) {
    special.beginning = try keys.integer("tokenizer.ggml.bos_token_id")
    special.end = try keys.integer("tokenizer.ggml.eos_token_id")
    special.endOfTurn = try keys.integer("tokenizer.ggml.eot_token_id")
    special.endOfMessage = try keys.integer("tokenizer.ggml.eom_token_id")
    special.unknown = try keys.integer("tokenizer.ggml.unknown_token_id")
    special.separator = try keys.integer("tokenizer.ggml.seperator_token_id")
    special.padding = try keys.integer("tokenizer.ggml.padding_token_id")
    special.classification = try keys.integer("tokenizer.ggml.cls_token_id")
    special.mask = try keys.integer("tokenizer.ggml.mask_token_id")
  }

  private mutating func readSwitches(_ keys: GGUFKeys) throws(CheckpointError) {
    switches.addsBeginning = try keys.bool("tokenizer.ggml.add_bos_token")
    switches.addsEnd = try keys.bool("tokenizer.ggml.add_eos_token")
    switches.addsSeparator = try keys.bool("tokenizer.ggml.add_sep_token")
    switches.addsSpacePrefix = try keys.bool("tokenizer.ggml.add_space_prefix")
    switches.removesExtraSpaces = try keys.bool("tokenizer.ggml.remove_extra_whitespaces")
    switches.lowercases = try keys.bool("tokenizer.ggml.normalizer.lowercase")
    switches.stripsAccents = try keys.bool("tokenizer.ggml.normalizer.strip_accents")
  }

  /// The templates by name; more than one are stored as `tokenizer.chat_template.<name>`.
  static func templates(_ keys: GGUFKeys) throws(CheckpointError) -> [String: String] {
    let key = "tokenizer.chat_template"
    var templates: [String: String] = [:]
    if let plain = try keys.text(key) { templates["default"] = plain }
    for name in keys.file.keys where name.hasPrefix(key + ".") {
      templates[String(name.dropFirst(key.count + 1))] = try keys.text(name)
    }
    return templates
  }
}

/// Keys of a GGUF file with the type that each must have.
struct GGUFKeys {
  let file: GGUFFile

  func text(_ key: String) throws(CheckpointError) -> String? {
    try value(key, "a text in UTF-8") { $0.string }
  }

  func integer(_ key: String) throws(CheckpointError) -> Int? {
    try value(key, "a whole number") { $0.integer }
  }

  func bool(_ key: String) throws(CheckpointError) -> Bool? {
    try value(key, "true or false") { $0.bool }
  }

  func texts(_ key: String) throws(CheckpointError) -> [[UInt8]] {
    try value(key, "a list of texts") { $0.array?.strings } ?? []
  }

  func integers(_ key: String) throws(CheckpointError) -> [Int] {
    try value(key, "a list of whole numbers") { $0.array?.integers } ?? []
  }

  func numbers(_ key: String) throws(CheckpointError) -> [Double] {
    try value(key, "a list of numbers") { $0.array?.numbers } ?? []
  }

  func bytes(_ key: String) throws(CheckpointError) -> [UInt8] {
    try value(key, "a list of bytes") { value in
      value.array?.integers.map { $0.map { UInt8(truncatingIfNeeded: $0) } }
    } ?? []
  }

  /// A value that is absent or fits; anything else is refused.
  private func value<Result>(
    _ key: String, _ expected: String, _ read: (GGUFValue) -> Result?
  ) throws(CheckpointError) -> Result? {
    guard let value = file[key] else { return nil }
    guard let result = read(value) else {
      throw CheckpointError(
        .malformed, "has \(key) that is not \(expected); convert the model again", file: file.path)
    }
    return result
  }
}
