// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Finds the tokenizer of a model on disk.
public enum TokenizerFile {
  /// The tokenizer in a folder, beside a checkpoint file, or in a file of its own.
  ///
  /// A folder, and the folder of a file that is not a tokenizer itself, is searched in this order:
  /// 1. `tokenizer.json`;
  /// 2. `tokenizer.model`, `spiece.model`, `sentencepiece.bpe.model`, `tiktoken.model`: a SentencePiece
  ///    model, or ranks of tiktoken where the content is that;
  /// 3. `vocab.json` with `merges.txt`, or `encoder.json` with `vocab.bpe`: byte pairs, as GPT-2 has
  ///    them;
  /// 4. `vocab.txt`: word pieces, as BERT has them;
  /// 5. a `.tiktoken` file, named after its encoding;
  /// 6. `vocabulary.json`: a JSON array with the tokens in order. When each is a single character the
  ///    model reads characters, otherwise words with white space between them;
  /// 7. `tokenizer.bin` or `tok512.bin` (any number): the binary vocabulary of llama2.c.
  ///
  /// With the first five goes what ``configuration(_:)`` finds beside them.
  ///
  /// A SentencePiece model with such files beside it, or with a `config.json` that names the model's type,
  /// is what transformers makes of the folder: marks are found in a text and put around it as the
  /// class says, and pairs are joined in the order of their numbers. One that stands alone is what the
  /// library SentencePiece makes of it: `<s>` in a text is text, nothing is put around it, and pairs are
  /// joined by their scores.
  ///
  /// - Parameters:
  ///   - url: A folder or a file.
  ///   - vocabularySize: The size of the model's vocabulary. Files of llama2.c must have exactly
  ///     it; without it several of them in one folder are an error.
  /// - Returns: Nothing where there is no tokenizer; ``NumberTokenizer`` then serves every model.
  /// - Throws: ``TextError`` when there is one that cannot be read or is not implemented. Who has
  ///   tokens instead of text can go on with ``NumberTokenizer``.
  public static func open(
    _ url: URL, vocabularySize: Int? = nil
  ) throws(TextError) -> (any Tokenizer)? {
    guard try isFile(url) else { return try search(url, vocabularySize) }
    if let layout = Layout(url.lastPathComponent) { return try read(url, layout) }
    return try search(url.deletingLastPathComponent(), vocabularySize)
  }

  /// What the files beside a tokenizer say about its use: marks by role, chat templates, switches.
  ///
  /// - Parameter url: A folder, or a file in it.
  /// - Returns: Nothing where there are no such files.
  /// - Throws: ``TextError`` when one of them cannot be read.
  public static func configuration(_ url: URL) throws(TextError) -> TokenizerConfiguration? {
    try ConfigurationFiles.read(try isFile(url) ? url.deletingLastPathComponent() : url)
  }

  private static func isFile(_ url: URL) throws(TextError) -> Bool {
    switch FileBytes.kind(of: url) {
    case .folder: return false
    case .file: return true
    case .missing: throw TextError(.unreadable, "\(url.path): no such file or folder")
    case .other:
      throw TextError(.unreadable, "\(url.path): neither a file nor a folder; give one of these")
    }
  }

  private static func search(
    _ folder: URL, _ vocabularySize: Int?
  ) throws(TextError) -> (any Tokenizer)? {
    let names = try FileBytes.names(in: folder)
    for name in [
      "tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model",
      "tiktoken.model", "vocab.json", "encoder.json", "vocab.txt",
    ] where names.contains(name) {
      guard let layout = Layout(name) else { continue }
      return try read(folder.appendingPathComponent(name), layout)
    }
    let ranks = names.filter { $0.hasSuffix(".tiktoken") }
    if ranks.count > 1 { throw ambiguous(ranks, in: folder) }
    if let name = ranks.first { return try read(folder.appendingPathComponent(name), .ranks) }
    if names.contains("vocabulary.json") {
      return try read(folder.appendingPathComponent("vocabulary.json"), .list)
    }
    let files = names.filter(Layout.isVocabularyOfLlama2C)
    return files.isEmpty ? nil : try choose(files, in: folder, vocabularySize)
  }
}

// MARK: - Layouts
extension TokenizerFile {
  /// What a file holds, by its name.
  private enum Layout {
    case pipeline, model, ranks, bytePairs, wordPieces, list, llama2C

    init?(_ name: String) {
      switch name {
      case let name where name.hasSuffix("tokenizer.json"): self = .pipeline
      case let name where name.hasSuffix("vocabulary.json"): self = .list
      case let name where name.hasSuffix(".tiktoken"): self = .ranks
      case let name where name.hasSuffix(".model"): self = .model
      case "vocab.json", "merges.txt", "encoder.json", "vocab.bpe": self = .bytePairs
      case let name where name.hasSuffix("vocab.txt"): self = .wordPieces
      case let name where Self.isVocabularyOfLlama2C(name): self = .llama2C
      default: return nil
      }
    }

    /// `tokenizer.bin`, or `tok` with a number.
    static func isVocabularyOfLlama2C(_ name: String) -> Bool {
      if name == "tokenizer.bin" { return true }
      guard name.hasPrefix("tok"), name.hasSuffix(".bin") else { return false }
      let digits = name.dropFirst(3).dropLast(4)
      return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
  }

  /// Reads a file and puts its path before the line of any error.
  private static func read(_ url: URL, _ layout: Layout) throws(TextError) -> any Tokenizer {
    if layout == .bytePairs { return try bytePairs(url) }
    let configuration = try configuration(url, layout)
    let surroundings =
      layout == .model
      ? try ConfigurationFiles.readDeclaration(url.deletingLastPathComponent()) : nil
    let bytes = try FileBytes.read(url)
    do throws(TextError) {
      switch layout {
      case .pipeline: return try TokenizerPipeline(try JSONParser.parse(bytes), configuration)
      case .model where !TiktokenFile.isRanks(bytes):
        return try model(bytes, url.lastPathComponent, surroundings)
      case .model, .ranks:
        let name = url.deletingPathExtension().lastPathComponent
        return try TiktokenFile.tokenizer(bytes, name: name, configuration)
      case .wordPieces: return try WordPieceFile.tokenizer(bytes, configuration)
      case .list: return try VocabularyList.tokenizer(json: bytes)
      default: return try Llama2CTokenizer(bytes)
      }
    } catch {
      throw error.found(in: url.path)
    }
  }

  /// What stands beside a file and belongs to its layout.
  private static func configuration(
    _ url: URL, _ layout: Layout
  ) throws(TextError) -> TokenizerConfiguration? {
    let folder = url.deletingLastPathComponent()
    switch layout {
    case .list, .llama2C: return nil
    case .pipeline: return try ConfigurationFiles.read(folder)
    default: return try ConfigurationFiles.readWithClass(folder)
    }
  }

  /// A SentencePiece model, alone or with what stands beside it.
  private static func model(
    _ bytes: [UInt8], _ name: String, _ surroundings: ConfigurationFiles.Surroundings?
  ) throws(TextError) -> any Tokenizer {
    guard let surroundings else { return try SentencePieceFile.tokenizer(bytes) }
    let kind = try SentencePieceClass(surroundings.declaration)
    guard kind != .generic || name == "tokenizer.model" else {
      throw TextError(
        .unsupported,
        "without a class of its own only a tokenizer.model is read with the files beside it; name the "
          + "class in tokenizer_config.json, or put the model into a folder of its own")
    }
    return try SentencePieceTerms.tokenizer(bytes, as: kind, surroundings.configuration)
  }

  /// A vocabulary with the merges beside it, whichever of the two was named.
  private static func bytePairs(_ url: URL) throws(TextError) -> any Tokenizer {
    let folder = url.deletingLastPathComponent()
    let isOpenAI = ["encoder.json", "vocab.bpe"].contains(url.lastPathComponent)
    let vocabulary = folder.appendingPathComponent(isOpenAI ? "encoder.json" : "vocab.json")
    let merges = folder.appendingPathComponent(isOpenAI ? "vocab.bpe" : "merges.txt")
    for file in [vocabulary, merges] where FileBytes.kind(of: file) == .missing {
      throw TextError(
        .unsupported,
        "\(url.path): \(file.lastPathComponent) is missing beside it; both are needed, or the "
          + "model's tokenizer.json")
    }
    let configuration = try configuration(url, .bytePairs)
    let (pieces, pairs) = (try FileBytes.read(vocabulary), try FileBytes.read(merges))
    do throws(TextError) {
      return try BytePairFiles.tokenizer(vocabulary: pieces, merges: pairs, configuration)
    } catch {
      throw error.found(in: vocabulary.path)
    }
  }
}

// MARK: - llama2.c
extension TokenizerFile {
  private static func choose(
    _ names: [String], in folder: URL, _ vocabularySize: Int?
  ) throws(TextError) -> any Tokenizer {
    var tokenizers: [any Tokenizer] = []
    for name in names {
      tokenizers.append(try read(folder.appendingPathComponent(name), .llama2C))
    }
    if let vocabularySize {
      tokenizers.removeAll { $0.vocabularySize != vocabularySize }
      if tokenizers.isEmpty {
        throw TextError(
          .mismatched,
          "\(folder.path): \(names.joined(separator: ", ")) does not have the model's "
            + "\(vocabularySize) tokens; put the model's own beside it")
      }
    }
    guard let tokenizer = tokenizers.first, tokenizers.count == 1 else {
      throw ambiguous(names, in: folder)
    }
    return tokenizer
  }

  private static func ambiguous(_ names: [String], in folder: URL) -> TextError {
    TextError(
      .ambiguous,
      "\(folder.path): \(names.joined(separator: ", ")) could all be meant; name one of them")
  }
}
