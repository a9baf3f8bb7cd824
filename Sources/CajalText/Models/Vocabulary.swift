// SPDX-License-Identifier: Apache-2.0

/// The pieces of a tokenizer by number, and their numbers by spelling.
///
/// Spellings are compared byte by byte: to Swift's strings `é` is the same in one and in two scalars,
/// to a model these are two tokens. Numbers may have gaps. The pieces of the model and the tokens that
/// are added to it are kept apart: a model never makes an added token of a text, and where both have
/// something to say about a number or a spelling the added token wins, as in the reference.
struct Vocabulary: Sendable {
  private static let none = UInt32.max

  private var table: PieceTable
  /// For each place of ``table`` its number.
  private var numbers: [UInt32] = []
  /// For each number its place in ``table``.
  private var places: [UInt32] = []
  /// Added tokens whose number or spelling is not the model's own.
  private var added = PieceTable()
  private var addedNumbers: [Int] = []
  private var addedPlaces: [Int: Int] = [:]
  /// One more than the largest number.
  private(set) var size = 0
  /// Numbers that no spelling leads to, because another piece is spelled alike.
  private(set) var shadowed: [Int] = []

  /// No pieces yet.
  ///
  /// - Parameters:
  ///   - count: How many pieces are expected.
  ///   - byteCount: How many bytes they have together.
  init(reserving count: Int = 0, byteCount: Int = 0) {
    table = PieceTable(reserving: count, byteCount: byteCount)
    numbers.reserveCapacity(count)
    places.reserveCapacity(count)
  }

  /// Pieces in order; of pieces that are spelled alike the first is found.
  init(_ pieces: [String]) { self.init(spellings: pieces.lazy.map(\.utf8)) }

  /// Pieces in order, spelled in bytes that need not be UTF-8.
  ///
  /// - Parameter lastWins: Which of several pieces that are spelled alike is found.
  init(spellings: some Collection<some Sequence<UInt8>>, lastWins: Bool = false) {
    self.init(reserving: spellings.count)
    for piece in spellings {
      if let twin = table.append(piece, replaces: lastWins) {
        shadowed.append(lastWins ? twin : size)
      }
      numbers.append(UInt32(size))
      places.append(UInt32(size))
      size += 1
    }
  }

  /// The spelling of a number as the file has it.
  func spelling(_ id: Int) -> ArraySlice<UInt8>? {
    if !addedPlaces.isEmpty, let place = addedPlaces[id] { return added[place] }
    return modelSpelling(id)
  }

  /// The same as text; bytes that are not UTF-8 become U+FFFD.
  func piece(_ id: Int) -> String? {
    spelling(id).map { String(decoding: $0, as: UTF8.self) }
  }

  /// All pieces in order of their numbers.
  var all: [String] { (0..<size).compactMap(piece) }

  /// The number of a spelling.
  func id(of spelling: some Sequence<UInt8>) -> Int? {
    if added.count > 0, let place = added.find(spelling) { return addedNumbers[place] }
    return modelId(of: spelling)
  }

  /// The number of a spelling.
  func id(of piece: String) -> Int? {
    var piece = piece
    return piece.withUTF8 { id(of: $0) }
  }

  /// The piece that is one single scalar.
  func id(of scalar: Unicode.Scalar) -> Int? { id(of: UTF8Bytes(scalar)) }
}

// MARK: - The model's own pieces
extension Vocabulary {
  /// How many pieces the model has, added tokens not counted.
  var modelCount: Int { table.count }

  /// One more than the largest number of the model's own pieces.
  var modelSize: Int { places.count }

  /// The longest of the model's own pieces in bytes.
  var longestModelPiece: Int { table.longest }

  /// The spelling of one of the model's own pieces.
  func modelSpelling(_ id: Int) -> ArraySlice<UInt8>? {
    guard places.indices.contains(id), places[id] != Self.none else { return nil }
    return table[Int(places[id])]
  }

  /// The number of one of the model's own pieces.
  func modelId(of spelling: some Sequence<UInt8>) -> Int? {
    table.find(spelling).map { Int(numbers[$0]) }
  }

  /// The number of one of the model's own pieces.
  @inline(__always)
  func modelId(of spelling: UnsafeBufferPointer<UInt8>) -> Int? {
    table.find(spelling).map { Int(numbers[$0]) }
  }

  /// Adds a piece at a number of its own; a number or a spelling that is taken is refused.
  ///
  /// Numbers far beyond the count of pieces are refused, so that no file can ask for more memory than
  /// in proportion to its length.
  mutating func add(_ piece: String, at id: Int) throws(TextError) {
    guard (0...4 * table.count + 65_536).contains(id) else {
      throw Self.tooLarge(piece, id)
    }
    try insert(piece, at: id)
  }

  /// Adds pieces in the order of a file; the numbers may come in any order.
  mutating func add(_ pieces: [(piece: String, id: Int)]) throws(TextError) {
    for (piece, id) in pieces {
      guard (0...4 * pieces.count + 65_536).contains(id) else { throw Self.tooLarge(piece, id) }
      try insert(piece, at: id)
    }
  }

  private mutating func insert(_ piece: String, at id: Int) throws(TextError) {
    while places.count <= id { places.append(Self.none) }
    guard places[id] == Self.none, !addedPlaces.keys.contains(id) else {
      throw TextError(
        .malformed,
        "two pieces have the number \(id), “\(VisibleText.excerpt(piece))” is one of them")
    }
    var spelling = piece
    let place = table.count
    guard spelling.withUTF8({ table.append($0) }) == nil else {
      throw TextError(
        .malformed, "the piece “\(VisibleText.excerpt(piece))” comes twice in the vocabulary")
    }
    numbers.append(UInt32(id))
    places[id] = UInt32(place)
    size = max(size, id + 1)
  }

  private static func tooLarge(_ piece: String, _ id: Int) -> TextError {
    TextError(
      .malformed, "“\(VisibleText.excerpt(piece))” has the number \(id), far beyond the vocabulary")
  }
}

// MARK: - Added tokens
extension Vocabulary {
  /// Gives an added token its number, which the model may have too; a second one at the same number or
  /// of the same spelling takes the place of the first.
  mutating func register(_ token: String, at id: Int) throws(TextError) {
    guard (0...4 * (table.count + added.count) + 65_536).contains(id) else {
      throw Self.tooLarge(token, id)
    }
    size = max(size, id + 1)
    if let known = self.id(of: token), known == id,
      piece(id)?.utf8.elementsEqual(token.utf8) == true
    {
      return
    }
    addedPlaces[id] = added.count
    addedNumbers.append(id)
    added.append(token.utf8, replaces: true)
  }
}
