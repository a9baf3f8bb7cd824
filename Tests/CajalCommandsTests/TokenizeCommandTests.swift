// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands

/// The stand-in's tokens are the mark 0, then each byte plus 2.
struct TokenizeCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.withModel() }

  private func tokenize(_ arguments: String...) -> Invocation {
    Invocation.of(["tokenize", folder.model] + arguments)
  }

  private func write(_ text: String, _ name: String = "input") throws -> String {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  // MARK: Text to tokens

  @Test func `JSON has ids, tokens, offsets in code points and the decoded text`() throws {
    let run = tokenize("--text", "a é\n", "--json")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    let json = try run.json()
    #expect(Set(json.keys) == ["ids", "tokens", "offsets", "decoded"])
    #expect(json["ids"] as? [Int] == [0, 99, 34, 0xC3 + 2, 0xA9 + 2, 12])
    #expect(json["tokens"] as? [String] == ["<s>", "a", " ", "<0xC3>", "<0xA9>", "<0x0A>"])
    #expect(
      json["offsets"] as? [[Int]] == [[0, 0], [0, 1], [1, 2], [2, 3], [2, 3], [3, 4]])
    #expect(json["decoded"] as? String == "a é\n")
  }

  @Test func `without special tokens nothing stands around the text`() throws {
    let json = try tokenize("--text", "a", "--json", "--no-special-tokens").json()
    #expect(json["ids"] as? [Int] == [99] && json["offsets"] as? [[Int]] == [[0, 1]])
    let empty = try tokenize("--text", "", "--json", "--no-special-tokens").json()
    #expect(empty["ids"] as? [Int] == [] && empty["decoded"] as? String == "")
  }

  @Test func `a pipe gets one line a token and nothing else`() {
    let run = tokenize("--text", "a \n")
    #expect(run.output == "0\t0\t0\t<s>\n99\t0\t1\ta\n34\t1\t2\t␣\n12\t2\t3\t⏎\n")
    #expect(run.errors.isEmpty)
  }

  @Test func `a terminal sees the text in its tokens, a table and counts`() throws {
    let run = Invocation.of(
      ["tokenize", folder.model, "--text", "a \u{1B}[2Jb"], isTerminal: true)
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "model · BPE with byte fallback, 258 tokens")
    #expect(lines[2] == "  <s>|a|␣|<0x1B>|[|2|J|b|")
    #expect(run.output.contains("\n     99  a       0–1\n"))
    #expect(run.output.hasSuffix("\n8 tokens · 7 characters, 0.88 a token · 7 bytes\n"))
    #expect(!run.output.contains("\u{1B}"))
  }

  @Test func `colours are used where they are wanted`() {
    let run = Invocation.of(
      ["tokenize", folder.model, "--text", "ab"], isTerminal: true, usesColors: true)
    #expect(run.output.contains("\u{1B}[7m<s>\u{1B}[0m"))
    #expect(run.output.contains("\u{1B}[38;5;16;48;5;229ma\u{1B}[0m"))
  }

  @Test func `a long text is cut in the middle on a terminal and whole in a pipe`() {
    let text = String(repeating: "ab", count: 1000)
    let run = Invocation.of(["tokenize", folder.model, "--text", text], isTerminal: true)
    #expect(run.output.contains("… 1,001 more …") && run.output.contains("…  1,941 more"))
    #expect(tokenize("--text", text).output.split(separator: "\n").count == 2001)
  }

  @Test func `a file is read as it is, line ends included`() throws {
    let path = try write("a\r\nb")
    let json = try tokenize("--file", path, "--json").json()
    #expect(json["ids"] as? [Int] == [0, 99, 15, 12, 100])
  }

  @Test func `bytes that are no text are refused with their place`() throws {
    let path = folder.path("latin.txt")
    try Data(Array("größe".utf8) + [0xFC, 0x61]).write(to: URL(fileURLWithPath: path))
    let run = tokenize("--file", path)
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(
      run.errors
        == "cajal: \(path) is not UTF-8 text: byte 7 belongs to no character; convert it first, "
        + "for example with iconv\n")
  }

  // MARK: Lines of JSON

  @Test func `each line is answered by one, in order, whatever the threads`() throws {
    let texts = (0..<3000).map { "line \($0) \u{1F642}\u{E9}\t\"\\" }
    let lines = try texts.map {
      String(decoding: try JSONEncoder().encode($0), as: UTF8.self) + "\n"
    }
    let path = try write(lines.joined())
    let run = tokenize("--json-lines", "--file", path, "--threads", "4")
    #expect(run.errors.isEmpty && run.exitCode == 0)
    #expect(run.output == tokenize("--json-lines", "--file", path, "--threads", "1").output)
    let answers = run.output.split(separator: "\n")
    #expect(answers.count == texts.count)
    for (answer, text) in zip(answers, texts) {
      let value = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
      #expect(value?["decoded"] as? String == text)
      #expect((value?["ids"] as? [Int])?.dropFirst().map { $0 - 2 } == text.utf8.map { Int($0) })
      #expect((value?["offsets"] as? [[Int]])?.last?.last == text.unicodeScalars.count)
      #expect((value?["tokens"] as? [String])?.first == "<s>")
    }
  }

  @Test func `a long line among short ones is answered in its place`() throws {
    let long = String(repeating: "word ", count: 210_000)
    let path = try write("\"a\"\n\"\(long)\"\n\"b\"\nno\n")
    let run = tokenize("--json-lines", "--file", path, "--quiet")
    let answers = run.output.split(separator: "\n")
    #expect(answers.count == 3 && answers[0].hasSuffix("\"decoded\": \"a\"}"))
    #expect(answers[1].hasSuffix("word \"}") && answers[1].hasPrefix("{\"ids\": [0, 121,"))
    #expect(answers[2].hasSuffix("\"decoded\": \"b\"}"))
    #expect(run.errors.hasPrefix("cajal: line 4 of "))
  }

  @Test func `escapes of JSON are read`() throws {
    let path = try write(#""\ud83d\ude42\u00e9\n\/\\\"\b" "#)
    let run = tokenize("--json-lines", "--file", path)
    #expect(try run.json()["decoded"] as? String == "🙂é\n/\\\"\u{8}")
  }

  @Test(arguments: [
    (#"{"a":1}"#, "byte 1: a text in double quotes must stand here"),
    ("", "byte 1: a text in double quotes must stand here"),
    (#""a" 1"#, "byte 5: something follows the value"),
    (#""a"#, "the text does not end"), (#""\x""#, "there is no such escape"),
    (#""\ud83d""#, "half a surrogate pair"), (#""\ud83d\u0041""#, "half a surrogate pair"),
    (#""\u12"#, "four hexadecimal digits"), ("\"a\u{1}\"", "control character"),
  ])
  func `a broken line is named behind the answers before it`(line: String, words: String) throws {
    let path = try write("\"a\"\n\"b\"\n\(line)\n\"c\"\n")
    let run = tokenize("--json-lines", "--file", path)
    #expect(run.exitCode == 1)
    #expect(run.errors.hasPrefix("cajal: line 3 of \(path): "), "\(run.errors)")
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 2)
  }

  @Test func `bytes that are no text are named with line and byte`() throws {
    let path = folder.path("latin.jsonl")
    try Data(Array("\"a\"\n\"b".utf8) + [0xFF, 0x22, 0x0A]).write(to: URL(fileURLWithPath: path))
    let run = tokenize("--json-lines", "--file", path)
    #expect(run.errors.hasPrefix("cajal: line 2 of \(path): byte 3: "), "\(run.errors)")
  }

  @Test func `the last line needs no end and an empty input has no answer`() throws {
    #expect(
      tokenize("--json-lines", "--file", try write("\"a\"\r\n\"b\"")).output.count { $0 == "\n" }
        == 2)
    let empty = tokenize("--json-lines", "--file", try write(""))
    #expect(empty.output.isEmpty && empty.exitCode == 0)
  }

  @Test func `on a terminal nothing in the answers can be obeyed`() throws {
    let path = try write("\"\\u001b[2J\\u202e\\u009b1m\"\n")
    let run = Invocation.of(
      ["tokenize", folder.model, "--json-lines", "--file", path], isTerminal: true)
    #expect(run.output.unicodeScalars.allSatisfy { $0 == "\n" || (" "..."~").contains($0) })
    #expect(try run.json()["decoded"] as? String == "\u{1B}[2J\u{202E}\u{9B}1m")
  }

  // MARK: Tokens to text

  @Test func `tokens become their text without marks, and with them where they are wanted`() throws
  {
    #expect(tokenize("--decode", "--text", "0 99, 34\n[197 171]").output == "a é")
    let kept = tokenize("--decode", "--text", "0 99", "--keep-special-tokens")
    #expect(kept.output == "<s>a" && kept.errors.isEmpty)
    let json = try tokenize("--decode", "--text", "0 99", "--json").json()
    #expect(json["ids"] as? [Int] == [0, 99] && json["decoded"] as? String == "a")
    #expect(json["tokens"] as? [String] == ["<s>", "a"])
  }

  @Test func `a terminal is not sent what it could obey`() {
    let run = Invocation.of(
      ["tokenize", folder.model, "--decode", "--text", "29 93 52 76"], isTerminal: true)
    #expect(run.output == "␛[2J\n")
    #expect(tokenize("--decode", "--text", "29 93 52 76").output == "\u{1B}[2J")
  }

  @Test func `lines of tokens become lines of text and give the tokens again`() throws {
    let path = try write("[0, 99]\n[]\n[197,171]\n", "tokens")
    let run = tokenize("--decode", "--json-lines", "--file", path)
    #expect(run.output == "\"a\"\n\"\"\n\"é\"\n" && run.exitCode == 0)
    let bad = tokenize("--decode", "--json-lines", "--file", try write("[1]\n[258]\n", "bad"))
    #expect(bad.errors.contains("line 2 of") && bad.errors.contains("token 258 does not exist"))
  }

  @Test(arguments: [
    ("1 258", "token 258 does not exist; this tokenizer has the tokens 0 to 257"),
    ("1 x", "byte 3 of the tokens belongs to no number"), ("-1", "byte 1 of the tokens"),
    ("99999999999999999999", "too large"),
  ])
  func `what is no token is refused`(tokens: String, words: String) {
    let run = tokenize("--decode", "--text", tokens)
    #expect(run.exitCode == 1 && run.errors.contains(words), "\(run.errors)")
  }

  // MARK: The tokenizer

  @Test func `a tokenizer's own file serves and no weights are needed`() throws {
    try FileManager.default.removeItem(atPath: folder.path("model/model.safetensors"))
    let folderRun = tokenize("--text", "a", "--json")
    #expect(folderRun.exitCode == 0)
    let run = Invocation.of(
      "tokenize", folder.path("model/tokenizer.json"), "--text", "a", "--json")
    #expect(run.output == folderRun.output)
  }

  @Test func `a path without tokenizer is told what to name`() throws {
    let empty = try TemporaryFolder()
    let run = Invocation.of("tokenize", empty.url.path, "--text", "a")
    #expect(run.exitCode == 1 && run.errors.contains("there is no tokenizer"))
    let absent = Invocation.of("tokenize", empty.path("absent"), "--text", "a")
    #expect(absent.exitCode == 1 && absent.errors.contains("no such file or folder"))
    let hub = Invocation.of("tokenize", "hf:a/b", "--text", "a")
    #expect(hub.errors.contains("downloading is not built in"))
  }
}
