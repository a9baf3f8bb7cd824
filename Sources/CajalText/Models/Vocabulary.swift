// SPDX-License-Identifier: Apache-2.0

/// The pieces of a tokenizer by number, and their numbers by spelling.
///
/// Spellings are compared byte by byte: to Swift's strings `é` is the same in one and in two scalars,
/// to a model these are two tokens.
struct Vocabulary: Sendable {
  private(set) var pieces: [String?]
  private var ids: [[UInt8]: Int] = [:]
  private var idsOfScalars: [Unicode.Scalar: Int] = [:]

  /// Pieces in order; of pieces that are spelled alike the first is found.
  init(_ pieces: [String]) {
    self.pieces = []
    self.pieces.reserveCapacity(pieces.count)
    ids.reserveCapacity(pieces.count)
    for piece in pieces { register(piece, self.pieces.count) }
  }

  /// One more than the largest number.
  var size: Int { pieces.count }

  func piece(_ id: Int) -> String? {
    pieces.indices.contains(id) ? pieces[id] : nil
  }

  func id(of spelling: [UInt8]) -> Int? { ids[spelling] }

  func id(of piece: String) -> Int? { ids[Array(piece.utf8)] }

  /// The piece that is one single scalar: faster than by its spelling.
  func id(of scalar: Unicode.Scalar) -> Int? { idsOfScalars[scalar] }

  private mutating func register(_ piece: String, _ id: Int) {
    while pieces.count <= id { pieces.append(nil) }
    pieces[id] = piece
    let spelling = Array(piece.utf8)
    guard ids[spelling] == nil else { return }
    ids[spelling] = id
    let scalars = piece.unicodeScalars
    if let first = scalars.first, scalars.count == 1 { idsOfScalars[first] = id }
  }
}

extension Vocabulary {
  /// Adds a piece at a number of its own; a number or a spelling that is taken is refused.
  mutating func add(_ piece: String, at id: Int) throws(TextError) {
    let name = VisibleText.excerpt(piece)
    if self.id(of: piece) != nil {
      throw TextError(.malformed, "the piece “\(name)” comes twice in the vocabulary")
    }
    if self.piece(id) != nil {
      throw TextError(.malformed, "two pieces have the number \(id), “\(name)” is one of them")
    }
    guard id <= 4 * size + 65_536 else {
      throw TextError(.malformed, "“\(name)” has the number \(id), far beyond the vocabulary")
    }
    register(piece, id)
  }
}

extension Vocabulary {
  /// How many numbers have a piece.
  var count: Int { pieces.lazy.filter { $0 != nil }.count }
}
