// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

struct TokenizerFileTests {
  /// A folder with these files, gone after the test.
  private func withFolder(_ files: [String: [UInt8]], _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("cajal-text-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in files {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
    try body(folder)
  }

  private let letters = Array(#"["A", "B", "C"]"#.utf8)

  @Test func `a folder without tokenizer has none`() throws {
    try withFolder(["model.bin": [1, 2, 3]]) { folder throws in
      #expect(try TokenizerFile.open(folder) == nil)
      #expect(try TokenizerFile.open(folder.appendingPathComponent("model.bin")) == nil)
    }
  }

  @Test func `a tokenizer is found in its folder, beside a checkpoint and by its own name`() throws
  {
    try withFolder([
      "tokenizer.json": TinyTokenizer.json(), "vocabulary.json": letters, "model.safetensors": [],
      "tokenizer_config.json": Array(#"{"eos_token": "b"}"#.utf8),
    ]) { folder throws in
      let names = ["", "model.safetensors", "tokenizer.json"]
      for name in names {
        let tokenizer = try TokenizerFile.open(folder.appendingPathComponent(name))
        #expect(tokenizer is TokenizerPipeline)
        #expect(tokenizer?.endOfSequence == 1)
      }
      let list = try TokenizerFile.open(folder.appendingPathComponent("vocabulary.json"))
      #expect(list is CharacterTokenizer)
    }
  }

  @Test func `a list of words gives a tokenizer of words`() throws {
    try withFolder(["vocabulary.json": Array(#"["up", "a", "17"]"#.utf8)]) { folder throws in
      #expect(try TokenizerFile.open(folder)?.kind == "words, 3 tokens")
    }
  }

  @Test func `of two vocabularies of llama2.c the model's size decides`() throws {
    let small = Llama2CTokenizerTests.file()
    let large = Llama2CTokenizerTests.file([("x", 0), ("y", 0), ("z", 0), ("xy", 0), ("yz", 0)])
    try withFolder(["tok263.bin": small, "tokenizer.bin": large, "model.bin": [0]]) {
      folder throws in
      #expect(try TokenizerFile.open(folder, vocabularySize: 263)?.vocabularySize == 263)
      #expect(try TokenizerFile.open(folder, vocabularySize: 264)?.vocabularySize == 264)
      #expect(textError { _ = try TokenizerFile.open(folder) }?.code == .ambiguous)
      #expect(
        textError { _ = try TokenizerFile.open(folder, vocabularySize: 512) }?.code == .mismatched)
      let named = folder.appendingPathComponent("tok263.bin")
      #expect(try TokenizerFile.open(named)?.vocabularySize == 263)
    }
  }

  @Test(arguments: ["tokenizer.model", "vocab.json", "tokenizer.json"])
  func `a file that is no tokenizer is refused by name`(_ name: String) throws {
    try withFolder([name: [1], "merges.txt": [1]]) { folder throws in
      let error = textError { _ = try TokenizerFile.open(folder) }
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test func `an error names the file`() throws {
    try withFolder(["vocabulary.json": Array("[1]".utf8)]) { folder throws in
      let error = textError { _ = try TokenizerFile.open(folder) }
      #expect(error?.message.hasPrefix("\(folder.path)/vocabulary.json: ") == true)
    }
    let missing = URL(fileURLWithPath: "/no/such/model")
    #expect(textError { _ = try TokenizerFile.open(missing) }?.code == .unreadable)
  }

  @Test func `what is neither file nor folder is refused rather than waited for`() throws {
    #expect(
      textError { _ = try TokenizerFile.open(URL(fileURLWithPath: "/dev/zero")) }?.code
        == .unreadable)
    try withFolder([:]) { folder throws in
      let file = folder.appendingPathComponent("tokenizer.json")
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
      #expect(textError { _ = try TokenizerFile.open(folder) }?.code == .unreadable)
    }
    try withFolder([:]) { folder throws in
      let link = folder.appendingPathComponent("tokenizer.json").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/zero")
      #expect(textError { _ = try TokenizerFile.open(folder) }?.code == .unreadable)
    }
  }
}
