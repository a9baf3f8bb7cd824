// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct VocabularyTests {
  @Test func `pieces are found by their bytes`() throws {
    var dice = Dice(state: 21)
    var expected: [[UInt8]: Int] = [:]
    var table = PieceTable()
    for place in 0..<5000 {
      let bytes = (0..<dice.below(40)).map { _ in UInt8(dice.below(4)) }
      #expect(table.append(bytes) == expected[bytes])
      if expected[bytes] == nil { expected[bytes] = place }
    }
    #expect(expected.allSatisfy { table.find($0.key) == $0.value })
    #expect(table.find([9, 9, 9] as [UInt8]) == nil)
    #expect(expected.allSatisfy { Array(table[$0.value]) == $0.key })
  }

  @Test func `pairs are found by both sides`() {
    var dice = Dice(state: 22)
    var expected: [UInt64: UInt32] = [:]
    var table = PairTable()
    for rank in 0..<5000 {
      let (left, right) = (UInt32(dice.below(60)), UInt32(dice.below(60)))
      table.insert(left, right, PairMerge(rank: UInt32(rank), id: 7))
      expected[UInt64(left) << 32 | UInt64(right)] = UInt32(rank)
    }
    for left in UInt32(0)..<62 {
      for right in UInt32(0)..<62 {
        let rank = expected[UInt64(left) << 32 | UInt64(right)]
        #expect(table[left, right] == (rank.map { PairMerge(rank: $0, id: 7) } ?? .none))
      }
    }
    #expect(table.count == expected.count)
  }

  @Test func `a trie finds every string that a text continues with`() {
    var dice = Dice(state: 23)
    let strings = (0..<3000).map { _ in
      (0..<1 + dice.below(7)).map { _ in UInt8(dice.below(2) == 0 ? dice.below(256) : dice.below(3))
      }
    }
    let trie = PieceTrie(strings.enumerated().map { (bytes: $1, value: UInt32($0)) })
    let last = Dictionary(zip(strings, strings.indices), uniquingKeysWith: { max($0, $1) })
    trie.withView { view in
      for string in strings + strings.map({ $0 + [1] }) + [[]] {
        var node: Int? = PieceTrie.View.root
        for byte in string { node = node.flatMap { view.child($0, byte) } }
        let value = node.map { view.value($0) }.flatMap { $0 == PieceTrie.none ? nil : Int($0) }
        #expect(value == last[string])
      }
    }
  }

  @Test func `numbers may have gaps and no more than in proportion`() throws {
    var vocabulary = Vocabulary()
    try vocabulary.add([("a", 9), ("b", 2)])
    #expect(vocabulary.size == 10)
    #expect(vocabulary.piece(2) == "b")
    #expect(vocabulary.piece(3) == nil)
    #expect(vocabulary.piece(-1) == nil)
    #expect(vocabulary.id(of: "a") == 9)
    #expect(throws: TextError.self) { try vocabulary.add("c", at: 9) }
    #expect(throws: TextError.self) { try vocabulary.add("a", at: 3) }
    #expect(throws: TextError.self) { try vocabulary.add("d", at: 100_000_000) }
    #expect(throws: TextError.self) { try vocabulary.register("d", at: 100_000_000) }
  }

  @Test func `an added token wins over the model and is none of its pieces`() throws {
    var vocabulary = Vocabulary(["a", "b"])
    try vocabulary.register("<s>", at: 1)
    try vocabulary.register("a", at: 7)
    #expect(vocabulary.piece(1) == "<s>")
    #expect(vocabulary.id(of: "<s>") == 1)
    #expect(vocabulary.id(of: "b") == 1)
    #expect(vocabulary.id(of: "a") == 7)
    #expect(vocabulary.size == 8)
    #expect(vocabulary.modelId(of: "<s>".utf8) == nil)
    #expect(vocabulary.modelId(of: "a".utf8) == 0)
    #expect(vocabulary.modelSize == 2)
  }

  @Test func `canonically equivalent pieces are two`() {
    let vocabulary = Vocabulary(["\u{E9}", "e\u{301}"])
    #expect(vocabulary.id(of: "e\u{301}") == 1)
    #expect(vocabulary.id(of: "\u{E9}") == 0)
  }
}
