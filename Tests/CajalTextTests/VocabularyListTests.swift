// SPDX-License-Identifier: Apache-2.0
import CajalText
import Testing

/// The tokenizers of models with a small language of their own.
struct VocabularyListTests {
  @Test func `characters are numbered in order`() throws {
    let tokenizer = try CharacterTokenizer(tokens: ["A", "B", "C"])
    #expect(try tokenizer.encode("CABBA") == [2, 0, 1, 1, 0])
    #expect(tokenizer.decode([2, 0, 1, 7]) == "CAB\u{FFFD}")
    #expect(tokenizer.kind == "characters, 3 tokens")
    #expect(tokenizer.id(of: "B") == 1)
    #expect(tokenizer.token(3) == nil)
  }

  @Test func `an unknown character is refused with the known ones`() throws {
    let tokenizer = try CharacterTokenizer(tokens: ["A", "B", "C"])
    let error = textError { _ = try tokenizer.encode("AD") }
    #expect(error?.code == .unencodable)
    #expect(error?.message == "the character “D” is not in the vocabulary, which has: ABC")
  }

  @Test func `a letter in one and in two scalars are two tokens`() throws {
    let tokenizer = try CharacterTokenizer(tokens: ["é", "e", "\u{301}"])
    #expect(try tokenizer.encode("\u{E9}e\u{301}") == [0, 1, 2])
  }

  @Test func `words stand apart by white space`() throws {
    let tokenizer = try WordTokenizer(tokens: ["up", "down", "17", "="])
    #expect(try tokenizer.encode(" 17\t= up\n\ndown ") == [2, 3, 0, 1])
    #expect(tokenizer.decode([2, 3, 9]) == "17 = \u{FFFD}")
    #expect(tokenizer.kind == "words, 4 tokens")
    #expect(textError { _ = try tokenizer.encode("updown") }?.code == .unencodable)
  }

  @Test(arguments: [[], ["A", "A"], ["A", ""], ["AB"]])
  func `characters that are none are refused`(_ tokens: [String]) {
    #expect(textError { _ = try CharacterTokenizer(tokens: tokens) }?.code == .malformed)
  }

  @Test(arguments: [[], ["up", "up"], ["up", ""], ["up", "a b"], ["up", "a\u{3000}b"]])
  func `words that are none are refused`(_ tokens: [String]) {
    #expect(textError { _ = try WordTokenizer(tokens: tokens) }?.code == .malformed)
  }

  @Test func `numbers are read and shown as they are`() throws {
    let tokenizer = NumberTokenizer(vocabularySize: 26)
    #expect(try tokenizer.encode("3 17, 5\n25") == [3, 17, 5, 25])
    #expect(try tokenizer.encode("") == [])
    #expect(tokenizer.decode([3, 17, 26]) == "3 17 \u{FFFD}")
    #expect(tokenizer.display(17) == "17")
    #expect(tokenizer.display(26) == "#26")
    #expect(tokenizer.id(of: "25") == 25)
    #expect(tokenizer.id(of: "26") == nil)
    #expect(tokenizer.id(of: "+3") == nil)
  }

  @Test(arguments: ["26", "-1", "+3", "1.0", "three", "٣", "99999999999999999999"])
  func `what is no number of the vocabulary is refused`(_ text: String) {
    let error = textError { _ = try NumberTokenizer(vocabularySize: 26).encode(text) }
    #expect(error?.code == .unencodable)
  }
}
