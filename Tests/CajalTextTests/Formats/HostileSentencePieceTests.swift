// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct HostileSentencePieceTests {
  /// A field of a message.
  static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    precondition(content.count < 128)
    return [number << 3 | 2, UInt8(content.count)] + content
  }

  static func piece(_ spelling: String, _ kind: UInt8) -> [UInt8] {
    field(1, field(1, Array(spelling.utf8)) + [0x18, kind])
  }

  static let unknown = piece("<unk>", 2)

  @Test func `a model of three pieces is read`() throws {
    let file = Self.unknown + Self.piece("a", 1) + Self.piece("▁", 1)
    let tokenizer = try SentencePieceFile.tokenizer(file)
    #expect(try tokenizer.encode("aba") == [2, 1, 0, 1])
  }

  @Test(arguments: [
    [], [0x0A], [0x0A, 0x05], [0x0A, 0x80], [0xFF], [0x00], [0x0B], [0x0E, 0], [0x09, 0, 0],
    [0x15, 0], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    Array(repeating: 0x80, count: 12), piece("a", 1), unknown + unknown, unknown + piece("<u>", 2),
    unknown + piece("", 1), unknown + piece("a", 1) + piece("a", 4), unknown + piece("<0x41>", 6),
    unknown + field(1, field(1, [0x61]) + [0x15, 0, 0, 0xC0, 0x7F]),
    unknown + field(2, [0x98, 0x02, 0x01]), unknown + field(3, field(2, [1, 2, 3])),
    unknown + field(3, field(2, [8, 0, 0, 0, 1, 2, 3, 4])),
    unknown + field(3, field(2, [0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4])),
  ])
  func `a file that breaks the format is refused`(_ file: [UInt8]) {
    let error = textError { _ = try SentencePieceFile.tokenizer(file) }
    #expect(error?.code == .malformed)
  }

  @Test func `fields that are not known are skipped`() throws {
    let more: [UInt8] =
      [0xF8, 0x07, 0x05] + [0xF9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8] + [0xFD, 0x07, 1, 2, 3, 4]
    let file = more + Self.unknown + Self.piece("a", 1) + more
    #expect(try SentencePieceFile.tokenizer(file).encode("a") == [0, 1])
  }

  @Test(arguments: [
    "unigram-rules", "bpe-bytes-unused", "bpe-suffix", "unigram-bytes-mended", "word",
  ])
  func `a model that is damaged anywhere never stops the program`(_ name: String) throws {
    let file = try SentencePieceFixture.model(name)
    let text = "abc A É e\u{301}  ﬁ½\u{200b}㌔ qfoo<sep> 你"
    var (refused, read) = (0, 0)
    for index in stride(from: 0, to: file.count, by: max(1, file.count / 120)) {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var damaged = file
        damaged[index] ^= change
        do {
          let tokenizer = try SentencePieceFile.tokenizer(damaged)
          let ids = try tokenizer.encoding(of: text, addSpecialTokens: true).ids
          _ = tokenizer.decode(ids)
          read += 1
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 20)
    #expect(read > 20)
  }

  @Test(arguments: ["unigram-rules", "bpe-bytes"])
  func `a model that ends early is refused or is a shorter one`(_ name: String) throws {
    let file = try SentencePieceFixture.model(name)
    var refused = 0
    for length in stride(from: 0, to: file.count, by: file.count / 60) {
      do {
        _ = try SentencePieceFile.tokenizer(Array(file[..<length])).encode("abc é")
      } catch {
        refused += 1
      }
    }
    #expect(refused > 30)
  }
}
