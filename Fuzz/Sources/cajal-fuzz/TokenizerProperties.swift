// SPDX-License-Identifier: Apache-2.0
import CajalText

/// What must hold of a tokenizer for every text.
struct TokenizerProperties: Sendable {
  private let tokenizer: any Tokenizer
  /// Whether decoding gives back the text that was encoded.
  private let isLossless: Bool
  /// Whether stretches come in the order of the text; what reorders marks need not.
  private let isOrdered: Bool

  init(_ tokenizer: any Tokenizer, isLossless: Bool = false, isOrdered: Bool = false) {
    (self.tokenizer, self.isLossless, self.isOrdered) = (tokenizer, isLossless, isOrdered)
  }

  /// Texts with a bit of everything.
  private static let samples = [
    "", " ", "Hello, world!  don't\r\n", "naïve cafe\u{301} ﬁ ½ İ ß", "你好 こんにちは 한국어 हिन्दी",
    "👩‍👩‍👧‍👦🇫🇷\u{0}\u{1B}\u{FEFF}\u{200B}\u{A0}", "<s>[CLS]<|endoftext|></s>",
    String(repeating: "ab ", count: 50),
  ]

  /// Holds everything for a few texts.
  func holdForSamples() {
    for text in Self.samples { hold(for: text) }
  }

  /// Holds everything for a text.
  func hold(for text: String) {
    for special in [false, true] {
      let ids = try? tokenizer.encode(text, addSpecialTokens: special)
      let encoding = try? tokenizer.encoding(of: text, addSpecialTokens: special)
      Property.hold(ids == encoding?.ids, "with offsets there are other tokens than without")
      guard let encoding else { continue }
      holdOffsets(encoding, text)
      holdDecoding(encoding.ids, text)
      if isLossless && !special {
        let decoded = tokenizer.decode(encoding.ids, skipSpecialTokens: false)
        Property.hold(decoded.utf8.elementsEqual(text.utf8), "decoded \(decoded.debugDescription)")
      }
    }
  }

  private func holdOffsets(_ encoding: Encoding, _ text: String) {
    let size = tokenizer.vocabularySize
    let length = text.unicodeScalars.count
    var (last, covered) = (0, 0)
    for (id, range) in zip(encoding.ids, encoding.offsets) {
      Property.hold((0..<size).contains(id), "token \(id) is beyond the vocabulary of \(size)")
      Property.hold(range.upperBound <= length, "\(range) ends behind the text of \(length)")
      guard isOrdered, !range.isEmpty else { continue }
      Property.hold(range.lowerBound >= last, "\(range) begins before \(last)")
      Property.hold(!isLossless || range.lowerBound <= covered, "nothing covers \(covered)")
      last = range.lowerBound
      covered = max(covered, range.upperBound)
    }
    Property.hold(!isLossless || !isOrdered || covered == length, "nothing covers \(covered)")
  }

  private func holdDecoding(_ ids: [Int], _ text: String) {
    for skips in [false, true] {
      let whole = tokenizer.decode(ids, skipSpecialTokens: skips)
      var decoder = tokenizer.streamingDecoder(skipSpecialTokens: skips)
      var joined = ""
      for id in ids { joined += decoder.append(id) }
      joined += decoder.finish()
      Property.hold(
        joined.utf8.elementsEqual(whole.utf8),
        "piece by piece \(joined.debugDescription), at once \(whole.debugDescription)")
    }
    for id in ids.prefix(16) { _ = tokenizer.display(id) }
  }
}
