// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
public import CajalText
import Foundation

/// The tokenizer behind a path that a person named; weights are not needed and not read.
public struct TokenizerSource: Sendable {
  /// What people call it: the name of its folder or file.
  public let name: String
  /// The path as it was given.
  public let path: String
  /// What turns text into tokens.
  public let tokenizer: any Tokenizer

  /// Opens the tokenizer of a model, or a tokenizer's own file.
  ///
  /// A folder is searched as ``CajalText/TokenizerFile`` says; without any of those files, a single
  /// `.gguf` in it is taken. A GGUF file is opened by its first bytes, whatever its name.
  ///
  /// - Throws: ``WorkbenchError/Code/input`` where there is no tokenizer; `TextError` and
  ///   `CheckpointError` for one that cannot be read.
  public static func open(_ path: String) throws -> TokenizerSource {
    try refuseAddress(path)
    let url = URL(fileURLWithPath: path)
    return TokenizerSource(
      name: url.standardizedFileURL.lastPathComponent, path: path, tokenizer: try tokenizer(url))
  }

  private static func tokenizer(_ url: URL) throws -> any Tokenizer {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw WorkbenchError(.input, "\(url.path): no such file or folder")
    }
    if !isFolder.boolValue, GGUFFile.recognizes(url.path) { return try gguf(url) }
    if let tokenizer = try TokenizerFile.open(url) { return tokenizer }
    if isFolder.boolValue, let file = try onlyGGUF(in: url) { return try gguf(file) }
    throw WorkbenchError(
      .input,
      "\(url.path): there is no tokenizer; name a folder or a file with tokenizer.json, "
        + "tokenizer.model, vocab.txt, a .tiktoken or a .gguf")
  }

  /// The tokenizer in a GGUF file; an error begins with the file.
  private static func gguf(_ url: URL) throws -> any Tokenizer {
    let vocabulary = try GGUFVocabulary(GGUFFile(url.path))
    do throws(TextError) {
      return try vocabulary.tokenizer()
    } catch {
      throw TextError(error.code, "\(url.path): \(error.message)", cause: error.cause)
    }
  }

  /// The single GGUF file of a folder; several are refused.
  static func onlyGGUF(in folder: URL) throws(WorkbenchError) -> URL? {
    // A folder that cannot be listed has been refused before.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let files = names.filter { $0.lowercased().hasSuffix(".gguf") }.sorted()
    guard files.count <= 1 else {
      throw WorkbenchError(
        .input,
        "\(folder.path): \(files.prefix(4).joined(separator: ", ")) could all be meant; name one")
    }
    return files.first.map(folder.appendingPathComponent)
  }

  /// Downloading is nobody's job here.
  static func refuseAddress(_ path: String) throws(WorkbenchError) {
    for scheme in ["hf:", "https://huggingface.co/", "http://huggingface.co/"]
    where path.hasPrefix(scheme) {
      let repository = String(path.dropFirst(scheme.count))
      throw WorkbenchError(
        .model,
        "\(path): downloading is not built in; fetch the repository '\(repository)' yourself and "
          + "give its folder, the one with config.json and model.safetensors")
    }
  }
}
