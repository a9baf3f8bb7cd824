// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
public import CajalText
import Foundation

/// The chat templates of a model: the ways in which its repository turns a conversation into text.
public struct ChatTemplates: Sendable {
  /// The path as it was given.
  public let path: String
  /// The templates by name; most models have one, called `default`.
  public let sources: [String: String]
  /// The special tokens that templates may write, by role: `bos_token`.
  public let specialTokens: [String: String]

  /// Finds the templates of a model.
  ///
  /// - Parameter path: A folder with `tokenizer_config.json`, `chat_template.jinja` or
  ///   `chat_template.json`, a file in such a folder, a GGUF file, or a template in a file of its own
  ///   (`.jinja`).
  /// - Throws: ``WorkbenchError/Code/input`` where there is none, saying where one was looked for;
  ///   `TextError` and `CheckpointError` for files that cannot be read.
  public static func open(_ path: String) throws -> ChatTemplates {
    try TokenizerSource.refuseAddress(path)
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw WorkbenchError(.input, "\(path): no such file or folder")
    }
    if !isFolder.boolValue {
      if url.pathExtension == "jinja" {
        return ChatTemplates(
          path: path, sources: ["default": try BoundedFile.text(path)], specialTokens: [:])
      }
      if GGUFFile.recognizes(path) { return try gguf(url, path) }
    }
    if let configuration = try TokenizerFile.configuration(url),
      !configuration.chatTemplates.isEmpty
    {
      return ChatTemplates(
        path: path, sources: configuration.chatTemplates,
        specialTokens: configuration.specialTokens)
    }
    if isFolder.boolValue, let file = try TokenizerSource.onlyGGUF(in: url) {
      return try gguf(file, path)
    }
    throw WorkbenchError(
      .input,
      "\(path): the model has no chat template; none is in tokenizer_config.json, "
        + "chat_template.jinja, chat_template.json or a .gguf there; put the model's template beside it "
        + "as chat_template.jinja, or give plain text")
  }

  private static func gguf(_ url: URL, _ path: String) throws -> ChatTemplates {
    let file = try GGUFFile(url.path)
    let sources = try GGUFVocabulary.templates(GGUFKeys(file: file))
    guard !sources.isEmpty else {
      throw WorkbenchError(
        .input,
        "\(path): the model has no chat template (no tokenizer.chat_template in the GGUF); put "
          + "one into a .jinja file, or give plain text")
    }
    return ChatTemplates(
      path: path, sources: sources, specialTokens: try GGUFVocabulary(file).namedTokens)
  }

  /// The same model with a template in a file in the place of its own.
  public func replacing(with file: String) throws(WorkbenchError) -> ChatTemplates {
    ChatTemplates(
      path: path, sources: ["default": try BoundedFile.text(file)], specialTokens: specialTokens)
  }

  /// The templates of a file, with the special tokens of a model where it names some.
  public static func open(file: String, for path: String) throws -> ChatTemplates {
    let url = URL(fileURLWithPath: path)
    // A model without such files has no special tokens to give.
    let tokens = try TokenizerFile.configuration(url)?.specialTokens ?? [:]
    return try ChatTemplates(path: path, sources: [:], specialTokens: tokens).replacing(with: file)
  }

  /// Chooses a template as transformers does: the named one, else the one for tools where there are
  /// tools, else the usual one.
  ///
  /// - Throws: ``WorkbenchError/Code/input`` where there is none of that name; `TextError` for a
  ///   template that breaks its language.
  public func template(
    named name: String? = nil, hasTools: Bool = false
  ) throws -> (name: String, template: ChatTemplate) {
    let choice = name ?? (hasTools && sources["tool_use"] != nil ? "tool_use" : "default")
    guard let source = sources[choice] else {
      throw WorkbenchError(
        .input,
        "\(path): there is no chat template '\(choice)'; there are "
          + "\(sources.keys.sorted().joined(separator: ", ")): name one with --template")
    }
    do throws(TextError) {
      return (choice, try ChatTemplate(source))
    } catch {
      throw TextError(
        error.code, "\(path): chat template '\(choice)': \(error.message)", cause: error)
    }
  }
}

extension GGUFVocabulary {
  /// The special tokens by the roles that templates know.
  fileprivate var namedTokens: [String: String] {
    let ids: [(String, Int?)] = [
      ("bos_token", special.beginning), ("eos_token", special.end),
      ("unk_token", special.unknown), ("sep_token", special.separator),
      ("pad_token", special.padding), ("cls_token", special.classification),
      ("mask_token", special.mask),
    ]
    var named: [String: String] = [:]
    for case (let role, let id?) in ids where tokens.indices.contains(id) {
      named[role] = String(decoding: tokens[id], as: UTF8.self)
    }
    return named
  }
}
