// SPDX-License-Identifier: Apache-2.0

/// The symbols that a model's author defined: they are found in a text before anything else, the
/// longest at each place.
struct SentencePieceSymbols: Sendable {
  private let trie: PieceTrie

  /// Nothing where there are none.
  init?(_ pieces: [SentencePieceProto.Piece]) {
    var strings: [(bytes: [UInt8], value: UInt32)] = []
    for (id, piece) in pieces.enumerated() where piece.kind == .userDefined {
      strings.append((Array(piece.spelling), UInt32(id)))
    }
    guard !strings.isEmpty else { return nil }
    trie = PieceTrie(strings)
  }

  /// The longest symbol at a byte.
  @inline(__always)
  func match(
    _ text: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (length: Int, id: Int)? {
    trie.withView { trie in
      var found: (length: Int, id: Int)?
      var node = PieceTrie.View.root
      var end = position
      while end < text.count, let child = trie.child(node, text[end]) {
        node = child
        end += 1
        let id = trie.value(node)
        if id != PieceTrie.none { found = (end - position, Int(id)) }
      }
      return found
    }
  }
}
