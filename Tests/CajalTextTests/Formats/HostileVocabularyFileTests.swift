// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

/// Thousands of damaged vocabularies and configurations: each is refused or read, and what is read works.
struct HostileVocabularyFileTests {
  /// A file with a few bytes changed, left out, put in or cut off.
  private func damaged(_ file: String, _ dice: inout RepeatableDice) -> [UInt8] {
    var file = Array(file.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &dice) where !file.isEmpty {
      let position = Int.random(in: 0..<file.count, using: &dice)
      switch Int.random(in: 0..<5, using: &dice) {
      case 0: file[position] = UInt8.random(in: .min ... .max, using: &dice)
      case 1: file.remove(at: position)
      case 2:
        file.insert(
          Array("0123456789,:{}[]\" \n=#".utf8).randomElement(using: &dice) ?? 0, at: position)
      case 3: file[position] = Bool.random(using: &dice) ? 0xFF : 0x00
      default: file.removeSubrange(position..<min(file.count, position + 9))
      }
    }
    return file
  }

  /// Reads a file; a tokenizer that comes of it must encode and decode without a crash.
  private func isRead(_ make: () throws -> any Tokenizer) -> Bool {
    do {
      let tokenizer = try make()
      for text in ["", "ab <s>A é👋\n", " \u{301}[CLS]"] {
        do {
          let encoding = try tokenizer.encoding(of: text)
          #expect(encoding.ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
          _ = tokenizer.decode(encoding.ids + [-1, .max])
        } catch {
          #expect(error.code == .unencodable || error.code == .malformed, "\(error)")
        }
      }
      return true
    } catch {
      #expect(error is TextError)
      return false
    }
  }

  private static let ranks =
    (0...255).map { byte in
      "\(Data([UInt8(byte)]).base64EncodedString()) \(byte)\n"
    }.joined() + "YWI= 256\n"

  private static let configuration = """
    {"bos_token": "<s>", "eos_token": {"content": "a"}, "add_bos_token": true, "add_eos_token": true,
     "extra_special_tokens": ["<x>"], "model_max_length": 1e30, "chat_template": [{"name": "default",
     "template": "t"}], "added_tokens_decoder": {"300": {"content": "<y>", "lstrip": true}}}
    """

  @Test func `damaged files of ranks never crash`() {
    var dice = RepeatableDice(state: 11)
    var count = 0
    for _ in 0..<300 {
      let file = damaged(Self.ranks, &dice)
      let read = isRead {
        let configuration = try TokenizerConfiguration(json: Array(Self.configuration.utf8))
        return try TiktokenFile.tokenizer(file, name: "", configuration)
      }
      if read { count += 1 }
    }
    #expect((1..<300).contains(count))
  }

  @Test func `damaged byte pairs and word pieces never crash`() {
    var dice = RepeatableDice(state: 12)
    var count = 0
    for _ in 0..<400 {
      let pieces = damaged(#"{"a": 0, "b": 1, "Ġ": 2, "ab": 3, "<s>": 4, "Ã": 5}"#, &dice)
      let merges = damaged("#version: 0.2\na b\n", &dice)
      if isRead({ try BytePairFiles.tokenizer(vocabulary: pieces, merges: merges, nil) }) {
        count += 1
      }
      let words = damaged("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n", &dice)
      if isRead({ try WordPieceFile.tokenizer(words, nil) }) { count += 1 }
    }
    #expect((1..<800).contains(count))
  }

  @Test func `damaged configurations never crash`() {
    var dice = RepeatableDice(state: 13)
    var count = 0
    for _ in 0..<1000 {
      let file = damaged(Self.configuration, &dice)
      let read = isRead {
        let configuration = try TokenizerConfiguration(json: file)
        let value: JSONValue = [
          "version": "1.0",
          "model": ["type": "BPE", "vocab": ["a": 0, "b": 1], "merges": []],
        ]
        return try TokenizerPipeline(value, configuration)
      }
      if read { count += 1 }
    }
    #expect((1..<1000).contains(count))
  }
}
