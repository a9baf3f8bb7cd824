// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalFinding
import CajalText
import CajalWorkbench
import Foundation

/// `cajal tokenize`: the tokens of a text, and the text of tokens.
struct TokenizeCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Show the tokens of a text, or the text of tokens.",
    discussion: """
      Examples:
        cajal tokenize models/gpt2 --text "Hello, world"
        cajal tokenize models/gpt2/tokenizer.json --file story.txt --json
        cajal tokenize vocabulary.gguf --text "Hello" --no-special-tokens
        cajal tokenize models/gpt2 --json-lines < texts.jsonl > tokens.jsonl
        cajal tokenize models/gpt2 --decode --text "15496 11 995"
        cat story.txt | cajal tokenize models/gpt2

      The model is a folder, a file of weights with its tokenizer beside it, or a tokenizer's own \
      file: tokenizer.json, tokenizer.model, vocab.txt, a .tiktoken, a .gguf. No weights are read. \
      Without --text and --file the text comes from standard input.

      A terminal shows the text cut into its tokens and a table; a pipe gets one line a token: \
      number, start, end, piece, with tabs between. Starts and ends count Unicode code points of the \
      text; tokens put around it stand for nothing, 0 to 0.

      JSON has the keys ids, tokens (as the tokenizer's file spells them), offsets ([start, end]) \
      and decoded (the text of the tokens without special ones). With --json-lines each input line \
      is a text as JSON, such as "a\\nb", and each output line such an object, in the same order; \
      --threads lines are worked on at once.

      --decode reads tokens instead: numbers between spaces, commas or line ends. With --json-lines \
      each line is a list such as [1, 2] and each answer a text as JSON.
      """)

  @Argument(help: "A model or a tokenizer: a folder or a file.")
  var model: String

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Tokenize this text.", valueName: "text"))
  var text: String?

  @Option(
    help: ArgumentHelp(
      "Tokenize the text in this file, of any size; - is standard input.", valueName: "file"))
  var file: String?

  @Flag(help: "Read lines of JSON and answer each with one.")
  var jsonLines = false

  @Flag(help: "Leave out the tokens around a text that its tokenizer wants there.")
  var noSpecialTokens = false

  @Flag(help: "Read tokens and show their text.")
  var decode = false

  @Flag(help: "With --decode, show special tokens in the text.")
  var keepSpecialTokens = false

  @OptionGroup var general: GeneralArguments

  func check() throws {
    if text != nil && file != nil {
      throw ValidationError("--text and --file exclude each other; give one")
    }
    if text != nil && jsonLines {
      throw ValidationError("--json-lines reads --file or standard input and no --text")
    }
    if keepSpecialTokens && !decode {
      throw ValidationError("--keep-special-tokens is about --decode; --no-special-tokens is not")
    }
    if keepSpecialTokens && noSpecialTokens {
      throw ValidationError("--keep-special-tokens and --no-special-tokens exclude each other")
    }
  }

  func work(_ job: Job, _ console: Console) throws {
    _ = try job.stage("loading the tokenizer of \(model)")
    let source = try TokenizerSource.open(model)
    noteStandardInput(console)
    if jsonLines {
      var lines = TokenLines(source.tokenizer)
      lines.addSpecialTokens = !noSpecialTokens
      lines.skipSpecialTokens = !keepSpecialTokens
      lines.isForTerminal = console.isTerminal
      let write = console.write
      try decode
        ? lines.decode(path, job: job, write: write) : lines.encode(path, job: job, write: write)
    } else if decode {
      try showText(of: source, job, console)
    } else {
      try showTokens(of: source, job, console)
    }
  }

  private var path: String { file ?? "-" }

  /// Somebody who forgot the text would otherwise wait for a program that waits for them.
  private func noteStandardInput(_ console: Console) {
    guard text == nil, path == "-", console.isInputTerminal, !general.quiet else { return }
    console.writeError("cajal: reading standard input; Ctrl-D ends it\n")
  }

  // MARK: Text to tokens

  /// A tokenizer counts bytes in 32 bits.
  private static let textLimit = Int(UInt32.max) - 1

  private func showTokens(of source: TokenizerSource, _ job: Job, _ console: Console) throws {
    let text = try text ?? ByteStream(path).text(limit: Self.textLimit, job: job)
    let tokenized = try TokenizedText(
      text, source.tokenizer, addSpecialTokens: !noSpecialTokens, job: job)
    if general.json {
      try writeJSON(tokenized, job, console)
    } else if console.isTerminal {
      try console.print(
        TokenView(tokenized, source, usesColors: console.usesColors).text(width: console.width))
    } else {
      try writeColumns(tokenized, job, console)
    }
  }

  private func writeJSON(_ text: TokenizedText, _ job: Job, _ console: Console) throws {
    let stage = try job.stage("writing", unit: "bytes")
    var json = JSONBytes(isForTerminal: console.isTerminal)
    var done = 0
    json.raw("{\n  ")
    try text.appendMembers(to: &json, separator: ",\n  ") { json in
      done += json.count
      try console.write(json.take())
      try stage.advance(to: done)
    }
    try console.write("\n}\n")
  }

  private func writeColumns(_ text: TokenizedText, _ job: Job, _ console: Console) throws {
    let encoding = text.encoding
    let stage = try job.stage("writing", total: encoding.ids.count, unit: "tokens")
    var lines = ""
    for (index, id) in encoding.ids.enumerated() {
      let range = encoding.offsets[index]
      lines +=
        "\(id)\t\(range.lowerBound)\t\(range.upperBound)\t\(text.tokenizer.display(id))\n"
      if lines.utf8.count > 1 << 16 {
        try console.write(lines)
        lines = ""
        try stage.advance(to: index + 1)
      }
    }
    if !lines.isEmpty { try console.write(lines) }
  }

  // MARK: Tokens to text

  private func showText(of source: TokenizerSource, _ job: Job, _ console: Console) throws {
    var decoding = TokenText(source.tokenizer)
    decoding.skipSpecialTokens = !keepSpecialTokens
    let next = try input(job)
    if general.json {
      var (ids, decoded) = ([Int](), "")
      try decoding.decode(next, job: job) {
        ids += $0
      } onText: {
        decoded += $0
      }
      var json = JSONBytes(isForTerminal: console.isTerminal)
      json.raw("{\n  \"ids\": ")
      json.integers(ids)
      json.raw(",\n  \"tokens\": ")
      json.list(ids) { json, id in json.text(source.tokenizer.token(id) ?? "") }
      json.raw(",\n  \"decoded\": ")
      json.text(decoded)
      json.raw("\n}\n")
      return try console.write(json.take())
    }
    var terminal = Terminal.Stream(keepingLineBreaks: true)
    var isAtLineStart = true
    try decoding.decode(next, job: job) { text in
      isAtLineStart = text.utf8.last == 0x0A
      try console.write(console.isTerminal ? terminal.sanitized(text) : text)
    }
    // A prompt shall not stand behind the text; a program gets the text alone.
    if console.isTerminal, !isAtLineStart { try console.write("\n") }
  }

  /// The bytes of the tokens, in portions.
  private func input(_ job: Job) throws -> () throws -> [UInt8] {
    if let text {
      var rest: [UInt8]? = Array(text.utf8)
      return {
        defer { rest = nil }
        return rest ?? []
      }
    }
    let stream = try ByteStream(path)
    return { try stream.next(job) }
  }
}
