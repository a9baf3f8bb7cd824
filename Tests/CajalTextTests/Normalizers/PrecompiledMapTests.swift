// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct PrecompiledMapTests {
  /// The map of a model that knows rules.
  static func map() throws -> [UInt8] {
    let file = try SentencePieceFixture.model("bpe-rules")
    return Array(try SentencePieceProto(file).normalizer.map)
  }

  @Test func `the longest and the shortest rule are found`() throws {
    let map = try PrecompiledMap(Self.map())
    try Array("abcd".utf8).withUnsafeBufferPointer { text in
      let shortest = try #require(try map.shortest(text, in: 0..<4))
      let longest = try #require(try map.longest(text, in: 0..<4))
      #expect((shortest.length, Array(map[shortest.text])) == (2, Array("ba".utf8)))
      #expect((longest.length, Array(map[longest.text])) == (3, Array("x y".utf8)))
      #expect(try map.longest(text, in: 3..<4) == nil)
    }
  }

  @Test func `a map that is damaged anywhere never stops the program`() throws {
    let bytes = try Self.map()
    let text = "abc A É e\u{301} ﬁ½\u{200b}㌔ q".utf8
    var refused = 0
    for index in stride(from: 0, to: bytes.count, by: 7) {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var damaged = bytes
        damaged[index] ^= change
        do {
          var aligned = AlignedText(Array(text), isTracked: true)
          try PrecompiledNormalizer(damaged).apply(to: &aligned)
          #expect(String(validating: aligned.bytes, as: UTF8.self) != nil)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 10)
  }

  @Test(arguments: [0, 3, 4, 5, 100, 1027])
  func `a map that ends early is refused`(_ length: Int) throws {
    let bytes = try Array(Self.map().prefix(length))
    #expect(throws: TextError.self) { try PrecompiledMap(bytes) }
  }

  @Test(arguments: [
    ("", []), ("Zg==", [0x66]), ("Zm8=", [0x66, 0x6F]), ("Zm9v", [0x66, 0x6F, 0x6F]),
  ])
  func `Base64 is read as RFC 4648 says`(_ text: String, _ bytes: [UInt8]) {
    #expect(Base64.decode(text.utf8) == bytes)
  }

  @Test(arguments: ["Z", "Zg=", "Zg", "Zh==", "Zg==Zg==", "Z===", "A===", "====", "Zm 9", "Zm-_"])
  func `what is no Base64 is refused`(_ text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }
}
