// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Finds the tokenizer of a model on disk.
public enum TokenizerFile {
  /// Files that hold a tokenizer of a kind that is not implemented.
  private static let unsupported = [
    "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "merges.txt",
  ]

  /// The tokenizer in a folder, beside a checkpoint file, or in a file of its own.
  ///
  /// A folder, and the folder of a file that is not a tokenizer itself, is searched in this order:
  /// 1. `tokenizer.json`, with `tokenizer_config.json` beside it where there is one;
  /// 2. `vocabulary.json`: a JSON array with the tokens in order. When each is a single character the
  ///    model reads characters, otherwise words with white space between them;
  /// 3. `tokenizer.bin` or `tok512.bin` (any number): the binary vocabulary of llama2.c.
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
    switch FileBytes.kind(of: url) {
    case .folder: return try search(url, vocabularySize)
    case .file: break
    case .missing: throw TextError(.unreadable, "\(url.path): no such file or folder")
    case .other:
      throw TextError(.unreadable, "\(url.path): neither a file nor a folder; give one of these")
    }
    let name = url.lastPathComponent
    if name.hasSuffix("tokenizer.json") { return try pipeline(url) }
    if name.hasSuffix("vocabulary.json") { return try list(url) }
    if isVocabularyOfLlama2C(name) { return try llama2C(url) }
    return try search(url.deletingLastPathComponent(), vocabularySize)
  }

  private static func search(
    _ folder: URL, _ vocabularySize: Int?
  ) throws(TextError) -> (any Tokenizer)? {
    let names = try FileBytes.names(in: folder)
    if names.contains("tokenizer.json") {
      return try pipeline(folder.appendingPathComponent("tokenizer.json"))
    }
    if names.contains("vocabulary.json") {
      return try list(folder.appendingPathComponent("vocabulary.json"))
    }
    let files = names.filter(isVocabularyOfLlama2C)
    if !files.isEmpty { return try choose(files, in: folder, vocabularySize) }
    if let name = names.first(where: unsupported.contains) {
      throw TextError(
        .unsupported,
        "\(folder.appendingPathComponent(name).path): this kind of tokenizer is not implemented; "
          + "put the model's tokenizer.json beside it or give tokens as numbers")
    }
    return nil
  }

  private static func pipeline(_ url: URL) throws(TextError) -> any Tokenizer {
    let neighbour = url.deletingLastPathComponent().appendingPathComponent("tokenizer_config.json")
    let configuration =
      FileBytes.kind(of: neighbour) == .missing ? nil : try FileBytes.read(neighbour)
    return try reading(url) { bytes throws(TextError) in
      try TokenizerPipeline(json: bytes, configuration: configuration)
    }
  }

  private static func list(_ url: URL) throws(TextError) -> any Tokenizer {
    try reading(url) { bytes throws(TextError) in try VocabularyList.tokenizer(json: bytes) }
  }

  private static func llama2C(_ url: URL) throws(TextError) -> any Tokenizer {
    try reading(url) { bytes throws(TextError) in try Llama2CTokenizer(bytes) }
  }

  /// Reads a file and puts its path before the line of any error.
  private static func reading(
    _ url: URL, _ make: ([UInt8]) throws(TextError) -> any Tokenizer
  ) throws(TextError) -> any Tokenizer {
    let bytes = try FileBytes.read(url)
    do {
      return try make(bytes)
    } catch {
      throw error.found(in: url.path)
    }
  }
}

// MARK: - llama2.c
extension TokenizerFile {
  /// `tokenizer.bin`, or `tok` with a number.
  private static func isVocabularyOfLlama2C(_ name: String) -> Bool {
    if name == "tokenizer.bin" { return true }
    guard name.hasPrefix("tok"), name.hasSuffix(".bin") else { return false }
    let digits = name.dropFirst(3).dropLast(4)
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func choose(
    _ names: [String], in folder: URL, _ vocabularySize: Int?
  ) throws(TextError) -> any Tokenizer {
    var tokenizers: [any Tokenizer] = []
    for name in names { tokenizers.append(try llama2C(folder.appendingPathComponent(name))) }
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
      throw TextError(
        .ambiguous,
        "\(folder.path): \(names.joined(separator: ", ")) could all be meant; name one of them")
    }
    return tokenizer
  }
}
