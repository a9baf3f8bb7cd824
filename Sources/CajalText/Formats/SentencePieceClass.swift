// SPDX-License-Identifier: Apache-2.0

/// What a folder is taken for whose tokenizer is a SentencePiece model: each class of transformers puts
/// other steps around the same file.
///
/// The class is the one of the configuration unless the type of the model is known to be declared
/// wrongly, or has a class of its own; without either it is the generic one, which puts neither a space
/// before a text nor a token around it.
///
/// - Reference: `models/auto/tokenization_auto.py` of <https://github.com/huggingface/transformers>,
///   version 5.23.
enum SentencePieceClass: String, Sendable {
  case generic = "TokenizersBackend"
  case llama = "LlamaTokenizer"
  case codeLlama = "CodeLlamaTokenizer"
  case gemma = "GemmaTokenizer"
  case t5 = "T5Tokenizer"
  case xlmRoberta = "XLMRobertaTokenizer"
  case camembert = "CamembertTokenizer"
  case albert = "AlbertTokenizer"
  case mbart = "MBartTokenizer"

  /// What the files beside a model say about the class.
  struct Declaration {
    /// `tokenizer_class` of `tokenizer_config.json`.
    var tokenizerClass: String?
    /// Whether that file names code of the model's own.
    var hasOwnCode = false
    /// `tokenizer_class` of the model's `config.json`.
    var modelClass: String?
    /// `model_type` of the same file.
    var modelType: String?
  }

  /// - Throws: ``TextError`` that names a class that is not implemented.
  init(_ declaration: Declaration) throws(TextError) {
    let type = declaration.modelType ?? ""
    let registered = Self.registered(type)
    let isMisdeclared = Self.misdeclaredTypes.contains(type)
    let declared = declaration.tokenizerClass ?? declaration.modelClass
    if let declared, !declaration.hasOwnCode, let registered, registered != Name(declared) {
      guard registered != .implemented(.generic) else {
        self = .generic
        return
      }
      self = try (isMisdeclared ? registered : Name(declared)).implementation(.generic)
      return
    }
    let configured = Self.typesWithoutClass.contains(type) ? nil : registered
    let name = declaration.tokenizerClass.map(Name.init)
    guard !declaration.hasOwnCode || isMisdeclared || configured != nil || name?.isKnown == true
    else { throw Self.unsupported("a \(name?.text ?? "class of its own")") }
    if let name {
      self = try name.implementation(.generic)
    } else if let modelClass = declaration.modelClass {
      self = try Name(modelClass).implementation(nil)
    } else {
      self = try configured?.implementation(nil) ?? .generic
    }
  }

  /// A class by its name.
  private enum Name: Equatable {
    case implemented(SentencePieceClass)
    case other(String)
    case unknown(String)

    init(_ name: String) {
      let stem = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
      if let known = SentencePieceClass(rawValue: stem) {
        self = .implemented(known)
      } else if SentencePieceClass.genericClasses.contains(stem) {
        self = .implemented(.generic)
      } else if stem == "Phi3Tokenizer" {
        self = .implemented(.llama)
      } else {
        self = SentencePieceClass.otherClasses.contains(stem) ? .other(stem) : .unknown(name)
      }
    }

    /// Whether transformers has a class of the name.
    var isKnown: Bool {
      if case .unknown = self { false } else { true }
    }

    /// The name for messages.
    var text: String {
      switch self {
      case .implemented(let known): known.rawValue
      case .other(let name), .unknown(let name): VisibleText.excerpt(name)
      }
    }

    /// - Parameter fallback: What a class that nobody knows is taken for.
    func implementation(
      _ fallback: SentencePieceClass?
    ) throws(TextError) -> SentencePieceClass {
      if case .implemented(let known) = self { return known }
      if let fallback, !isKnown { return fallback }
      throw SentencePieceClass.unsupported("a \(text)")
    }
  }

  /// The class that a type of model has, where it has one.
  private static func registered(_ type: String) -> Name? {
    if let known = implementedTypes[type] { return .implemented(known) }
    if genericTypes.contains(type) { return .implemented(.generic) }
    return otherTypes.contains(type) ? .other("tokenizer of the type \(type)") : nil
  }

  private static func unsupported(_ what: String) -> TextError {
    TextError(
      .unsupported,
      "the SentencePiece model of \(what) is not implemented; put the model's tokenizer.json beside it"
    )
  }
}
