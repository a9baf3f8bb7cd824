// SPDX-License-Identifier: Apache-2.0
import CajalText
import Testing

/// Thousands of damaged files: each is refused or read, and what is read works.
struct HostileTokenizerFileTests {
  /// A multiplicative generator, so that a failure can be repeated.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 33)
    }
  }

  private static let template = """
    {"version":"1.0","truncation":null,"added_tokens":[{"id":4,"content":"<s>","special":true}],
    "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"b"},
    {"type":"Replace","pattern":{"String":" "},"content":"a"}]},
    "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},
    {"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[4],"tokens":["<s>"]}}},
    "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"a"},"content":" "},
    {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
    "model":{"type":"BPE","dropout":null,"unk_token":"a","fuse_unk":true,"byte_fallback":true,
    "vocab":{"a":0,"b":1,"ab":2,"<0x41>":3},"merges":[["a","b"]]}}
    """

  /// A file with a few bytes changed, left out, put in or cut off.
  private func damaged(_ file: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var file = file
    for _ in 0..<Int.random(in: 1...4, using: &dice) where !file.isEmpty {
      let position = Int.random(in: 0..<file.count, using: &dice)
      switch Int.random(in: 0..<6, using: &dice) {
      case 0: file[position] = UInt8.random(in: .min ... .max, using: &dice)
      case 1: file.remove(at: position)
      case 2: file.insert(UInt8.random(in: .min ... .max, using: &dice), at: position)
      case 3: file[position] = Array("0123456789,:{}[]\"ab".utf8).randomElement(using: &dice) ?? 0
      case 4: file[position] = Bool.random(using: &dice) ? 0xFF : 0x00
      default: file.removeSubrange(position..<min(file.count, position + 9))
      }
    }
    return file
  }

  /// Reads a file; a tokenizer that comes of it must encode and decode without a crash.
  private func exercise(isSound: Bool = false, _ make: () throws -> any Tokenizer) -> Bool {
    do {
      let tokenizer = try make()
      for text in ["", "ab <s>A é👋\n", " \u{301}"] {
        do {
          let ids = try tokenizer.encode(text)
          #expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
          _ = tokenizer.decode(ids + [-1, .max])
        } catch {
          #expect(error.code == .unencodable)
        }
      }
      _ = tokenizer.display(0)
      return true
    } catch {
      #expect(error is TextError && !isSound, "\(error)")
      return false
    }
  }

  @Test func `damaged files of the hub's layout never crash`() {
    var dice = Dice(state: 1)
    let file = Array(Self.template.utf8)
    #expect(exercise(isSound: true) { try TokenizerPipeline(json: file) })
    var readable = 0
    for _ in 0..<4000 {
      let damaged = damaged(file, &dice)
      if exercise({ try TokenizerPipeline(json: damaged) }) { readable += 1 }
    }
    #expect((1..<4000).contains(readable))
  }

  @Test func `damaged configurations never crash`() {
    var dice = Dice(state: 2)
    let file = Array(#"{"bos_token":"<s>","add_bos_token":true,"eos_token":{"content":"a"}}"#.utf8)
    let json = Array(Self.template.utf8)
    for _ in 0..<1000 {
      let damaged = damaged(file, &dice)
      _ = exercise { try TokenizerPipeline(json: json, configuration: damaged) }
    }
  }

  @Test func `damaged files of llama2.c never crash`() {
    var dice = Dice(state: 3)
    let file = Llama2CTokenizerTests.file()
    var readable = 0
    for _ in 0..<2000 {
      let damaged = damaged(file, &dice)
      if exercise({ try Llama2CTokenizer(damaged) }) { readable += 1 }
    }
    #expect((1..<2000).contains(readable))
  }

  @Test func `random bytes never crash`() {
    var dice = Dice(state: 4)
    for _ in 0..<3000 {
      let count = Int.random(in: 0...200, using: &dice)
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &dice) }
      #expect(!exercise { try TokenizerPipeline(json: bytes) })
      #expect(!exercise { try Llama2CTokenizer(bytes) })
    }
  }
}
