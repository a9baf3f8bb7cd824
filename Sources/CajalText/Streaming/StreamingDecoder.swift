// SPDX-License-Identifier: Apache-2.0

/// The text of tokens that come one by one, as soon as it is certain.
///
/// What `append` and `finish` return, joined, is exactly what `decode` makes of all the tokens. A piece
/// never ends inside a Unicode scalar, and nothing is returned that a later token could change: bytes
/// that may become a character are held back, and so is whatever the tokenizer's decoder may yet
/// rewrite.
///
/// ```swift
/// var decoder = tokenizer.streamingDecoder()
/// for token in tokens { print(decoder.append(token), terminator: "") }
/// print(decoder.finish())
/// ```
public struct StreamingDecoder: Sendable {
  private var pieces: any PieceStream
  /// Bytes of a scalar that is not whole yet; at most three.
  private var held: [UInt8] = []

  init(_ pieces: any PieceStream) {
    self.pieces = pieces
  }

  /// Takes a token and returns the text that is certain now; often none, or that of tokens before.
  public mutating func append(_ id: Int) -> String {
    held += pieces.append(id)
    let whole = held.count - UnfinishedScalar.length(in: held)
    defer { held.removeFirst(whole) }
    return String(decoding: held[..<whole], as: UTF8.self)
  }

  /// Returns what was still held back: there are no more tokens.
  public mutating func finish() -> String {
    held += pieces.finish()
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }
}

/// The bytes of a text, token by token, as soon as no later token can change them.
protocol PieceStream: Sendable {
  /// Takes a token and returns the bytes that are certain now.
  mutating func append(_ id: Int) -> [UInt8]
  /// Returns the rest.
  mutating func finish() -> [UInt8]
}

/// For a tokenizer about which nothing is known: nothing is certain before the end.
struct WholeTextStream: PieceStream {
  let tokenizer: any Tokenizer
  let skipSpecialTokens: Bool
  private var ids: [Int] = []

  init(_ tokenizer: any Tokenizer, skipSpecialTokens: Bool) {
    (self.tokenizer, self.skipSpecialTokens) = (tokenizer, skipSpecialTokens)
  }

  mutating func append(_ id: Int) -> [UInt8] {
    ids.append(id)
    return []
  }

  mutating func finish() -> [UInt8] {
    Array(tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens).utf8)
  }
}

/// For tokenizers whose text is their pieces with something, or nothing, between them.
struct SeparatedPieceStream: PieceStream {
  let tokenizer: any Tokenizer
  let separator: String
  private var isFirst = true

  init(_ tokenizer: any Tokenizer, separator: String) {
    (self.tokenizer, self.separator) = (tokenizer, separator)
  }

  mutating func append(_ id: Int) -> [UInt8] {
    defer { isFirst = false }
    return Array(((isFirst ? "" : separator) + (tokenizer.token(id) ?? "\u{FFFD}")).utf8)
  }

  mutating func finish() -> [UInt8] { [] }
}
