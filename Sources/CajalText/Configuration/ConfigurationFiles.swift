// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds the files that configure a tokenizer in its folder.
enum ConfigurationFiles {
  /// What the files of a folder say together; nil where there are none.
  static func read(_ folder: URL) throws(TextError) -> TokenizerConfiguration? {
    let names = Set(try FileBytes.names(in: folder))
    var configuration = TokenizerConfiguration()
    var isFound = false
    func reading(
      _ name: String, _ read: ([UInt8]) throws(TextError) -> Void
    ) throws(TextError) {
      guard names.contains(name) else { return }
      let url = folder.appendingPathComponent(name)
      let bytes = try FileBytes.read(url)
      do throws(TextError) {
        try read(bytes)
      } catch {
        throw error.found(in: url.path)
      }
      isFound = true
    }
    try reading("tokenizer_config.json") { bytes throws(TextError) in
      configuration = try TokenizerConfiguration(json: bytes)
    }
    try reading("special_tokens_map.json") { bytes throws(TextError) in
      try configuration.readSpecialTokensMap(bytes)
    }
    try reading("added_tokens.json") { bytes throws(TextError) in
      try configuration.readAddedTokens(bytes)
    }
    try reading("chat_template.json") { bytes throws(TextError) in
      guard configuration.chatTemplates.isEmpty else { return }
      try configuration.readProcessorTemplate(bytes)
    }
    var templates: [String: String] = [:]
    try reading("chat_template.jinja") { bytes throws(TextError) in
      templates["default"] = try template(bytes)
    }
    try readAdditionalTemplates(folder, names, &templates)
    if !templates.isEmpty { configuration.chatTemplates = templates }
    return isFound || !templates.isEmpty ? configuration : nil
  }

  /// The same, with the class of the tokenizer from the model's own `config.json` where the files leave
  /// it open.
  static func readWithClass(_ folder: URL) throws(TextError) -> TokenizerConfiguration? {
    let configuration = try read(folder)
    let url = folder.appendingPathComponent("config.json")
    guard configuration?.tokenizerClass == nil, FileBytes.kind(of: url) == .file else {
      return configuration
    }
    var extended = configuration ?? TokenizerConfiguration()
    do throws(TextError) {
      var fields = try JSONFields(try JSONParser.parse(try FileBytes.read(url)), "")
      extended.tokenizerClass = try fields.takeIfPresent("tokenizer_class")?.string(
        "tokenizer_class")
      if extended.tokenizerClass == nil, let type = fields.takeIfPresent("model_type") {
        extended.tokenizerClass = classes[try type.string("model_type")]
      }
    } catch {
      throw error.found(in: url.path)
    }
    return extended.tokenizerClass == nil ? configuration : extended
  }

  /// What the files of a folder say of a SentencePiece model in it; nil where neither they nor the
  /// model's `config.json` say anything.
  static func readDeclaration(_ folder: URL) throws(TextError) -> Surroundings? {
    let configuration = try read(folder)
    var declaration = SentencePieceClass.Declaration(
      tokenizerClass: configuration?.tokenizerClass,
      hasOwnCode: configuration?.sentencePiece.hasOwnCode ?? false)
    let url = folder.appendingPathComponent("config.json")
    if FileBytes.kind(of: url) == .file {
      do throws(TextError) {
        var fields = try JSONFields(try JSONParser.parse(try FileBytes.read(url)), "")
        declaration.modelClass = try fields.takeIfPresent("tokenizer_class")?.string(
          "tokenizer_class")
        declaration.modelType = try fields.takeIfPresent("model_type")?.string("model_type")
      } catch {
        throw error.found(in: url.path)
      }
    }
    let isDeclared = declaration.modelClass != nil || declaration.modelType != nil
    guard configuration != nil || isDeclared else { return nil }
    return Surroundings(
      declaration: declaration, configuration: configuration ?? TokenizerConfiguration())
  }

  /// What stands beside a SentencePiece model.
  struct Surroundings {
    var declaration: SentencePieceClass.Declaration
    var configuration: TokenizerConfiguration
  }

  /// The classes of the models whose vocabularies come in files of their own.
  private static let classes: [String: String] = {
    let types = [
      "GPT2Tokenizer": ["gpt2", "gpt_neo", "gptj", "codegen", "opt", "phi", "starcoder2"],
      "RobertaTokenizer": ["roberta", "roberta-prelayernorm", "bart", "longformer", "ibert"],
      "Qwen2Tokenizer": ["qwen2", "qwen2_moe", "qwen3", "qwen3_moe"],
      "BertTokenizer": [
        "bert", "distilbert", "electra", "mobilebert", "convbert", "layoutlm", "lxmert",
        "squeezebert", "megatron-bert", "nezha", "qdqbert",
      ],
    ]
    var classes: [String: String] = [:]
    for (name, models) in types { for model in models { classes[model] = name } }
    return classes
  }()

  /// Reads the files of the folder of templates; each has the name of its template.
  private static func readAdditionalTemplates(
    _ folder: URL, _ names: Set<String>, _ templates: inout [String: String]
  ) throws(TextError) {
    let name = "additional_chat_templates"
    let additional = folder.appendingPathComponent(name)
    guard names.contains(name), FileBytes.kind(of: additional) == .folder else { return }
    for file in try FileBytes.names(in: additional) where file.hasSuffix(".jinja") {
      let url = additional.appendingPathComponent(file)
      do throws(TextError) {
        templates[String(file.dropLast(6))] = try template(try FileBytes.read(url))
      } catch {
        throw error.found(in: url.path)
      }
    }
  }

  /// A template's text, with the line ends that Python makes of those of other systems.
  private static func template(_ bytes: [UInt8]) throws(TextError) -> String {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw TextError(.malformed, "the template is not UTF-8")
    }
    var text: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
      text.append(byte == 0x0D ? 0x0A : byte)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension TokenizerConfiguration {
  /// Reads a `chat_template.json`, where processors of images and sound once kept their template.
  fileprivate mutating func readProcessorTemplate(_ json: [UInt8]) throws(TextError) {
    var fields = try JSONFields(try JSONParser.parse(json), "")
    chatTemplates["default"] = try fields.takeString("chat_template")
  }
}
