// SPDX-License-Identifier: Apache-2.0

/// Makes the tables of a ``BytePairModel`` from a vocabulary and its merges.
struct BytePairBuilder {
  private static let none = BytePairModel.none

  let vocabulary: Vocabulary
  let options: BytePairModel.Options
  private(set) var keys: PieceTable?
  private(set) var keyNumbers: [UInt32] = []
  private(set) var pairs = PairTable()
  private(set) var bytes = [UInt32](repeating: Self.none, count: 256)
  private(set) var characters = ScalarTable()
  private(set) var fallback = [UInt32](repeating: Self.none, count: 256)
  private(set) var unknown = Self.none
  private(set) var extras: [UInt32] = []
  private var extraScalars: [UInt32] = []
  /// The text that each number stands for; the place in ``keys``, or none.
  private var keyPlaces: [UInt32] = []

  init(_ vocabulary: Vocabulary, _ options: BytePairModel.Options) {
    self.vocabulary = vocabulary
    self.options = options
    if options.symbols == .printableBytes { readKeys() }
    if let name = options.unknown, let id = vocabulary.modelId(of: name.utf8) {
      unknown = UInt32(id)
    }
    if options.hasByteFallback {
      for byte in UInt8.min ... .max {
        if let id = vocabulary.modelId(of: BytePiece.piece(of: byte).utf8) {
          fallback[Int(byte)] = UInt32(id)
        }
      }
    }
    readSymbols()
  }

  /// The pieces through the mapping to printable characters; what is not spelled so is never found in
  /// a text.
  private mutating func readKeys() {
    var keys = PieceTable(reserving: vocabulary.modelCount)
    keyPlaces = [UInt32](repeating: Self.none, count: vocabulary.modelSize)
    keyNumbers.reserveCapacity(vocabulary.modelCount)
    for id in 0..<vocabulary.modelSize {
      guard let spelling = vocabulary.modelSpelling(id),
        let key = spelling.withUnsafeBufferPointer(PrintableBytes.bytes(of:))
      else { continue }
      keyPlaces[id] = UInt32(keys.count)
      keyNumbers.append(UInt32(id))
      keys.append(key)
    }
    self.keys = keys
  }

  /// The bytes of text that a number stands for.
  func key(_ id: Int) -> ArraySlice<UInt8>? {
    guard let keys else { return vocabulary.modelSpelling(id) }
    return keyPlaces[id] == Self.none ? nil : keys[Int(keyPlaces[id])]
  }

  func id(ofKey key: UnsafeBufferPointer<UInt8>) -> UInt32? {
    if let keys { return keys.find(key).map { keyNumbers[$0] } }
    return vocabulary.modelId(of: key).map { UInt32($0) }
  }

  /// The tokens of single bytes or characters.
  private mutating func readSymbols() {
    guard options.symbols == .characters else {
      for byte in UInt8.min ... .max {
        if let id = withUnsafeBytes(of: byte, { $0.withMemoryRebound(to: UInt8.self, id(ofKey:)) })
        {
          bytes[Int(byte)] = id
        }
      }
      return
    }
    for id in 0..<vocabulary.modelSize {
      guard let spelling = vocabulary.modelSpelling(id), (1...4).contains(spelling.count) else {
        continue
      }
      spelling.withUnsafeBufferPointer { spelling in
        if let scalar = DecodedScalar(checking: spelling, at: 0), scalar.length == spelling.count,
          characters[scalar.value] == Self.none
        {
          characters[scalar.value] = UInt32(id)
        }
      }
    }
  }
}

// MARK: - Unions
extension BytePairBuilder {
  /// Pieces longer than this in a file of ranks or scores are refused: nobody has them, and finding
  /// out how they are joined takes a time that grows with the square of their length.
  private static let unionLimit = 512

  /// Reads a vocabulary whose pieces are joined wherever their union is a piece, the lowest number
  /// first.
  mutating func readRanks() throws(TextError) {
    guard !bytes.contains(Self.none) else {
      throw TextError(.malformed, "a file of ranks must have a piece for each of the 256 bytes")
    }
    try readUnions { UInt32($0) }
  }

  /// Reads a vocabulary whose pieces are joined wherever their union is a piece, the highest score
  /// first.
  mutating func read(scores: [Float], inert: Set<Int>) throws(TextError) {
    var ranks = [UInt32](repeating: 0, count: scores.count)
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    for (before, id) in zip(order, order.dropFirst()) {
      ranks[id] = ranks[before] + (scores[before] > scores[id] ? 1 : 0)
    }
    for id in inert where vocabulary.modelSpelling(id).map(Self.isCharacter) == true {
      vocabulary.modelSpelling(id)?.withUnsafeBufferPointer {
        characters[DecodedScalar($0, at: 0).value] = Self.none
      }
    }
    readExtras(inert)
    try readUnions { id in inert.contains(id) || id >= ranks.count ? nil : ranks[id] }
  }

  private static func isCharacter(_ spelling: ArraySlice<UInt8>) -> Bool {
    spelling.withUnsafeBufferPointer {
      !$0.isEmpty && DecodedScalar(checking: $0, at: 0)?.length == $0.count
    }
  }

  /// Gives a symbol to characters that are no pieces and stand in pieces: they are joined all the same.
  private mutating func readExtras(_ inert: Set<Int>) {
    for id in 0..<vocabulary.modelSize where !inert.contains(id) {
      vocabulary.modelSpelling(id)?.withUnsafeBufferPointer { spelling in
        var position = 0
        // What is no UTF-8 comes of no text.
        while position < spelling.count,
          let scalar = DecodedScalar(checking: spelling, at: position)
        {
          if characters[scalar.value] == Self.none {
            let spelling = spelling[position..<position + scalar.length]
            characters[scalar.value] = UInt32(vocabulary.modelSize + extras.count)
            extras.append(vocabulary.modelId(of: spelling).map { UInt32($0) } ?? Self.none)
            extraScalars.append(scalar.value)
          }
          position += scalar.length
        }
      }
    }
  }

  /// Finds for each piece the one pair that it can come of.
  ///
  /// Within a piece merges happen in the same order wherever it stands, as long as none crosses its
  /// ends; so the two parts that are joined last are those that are left when the piece is merged by
  /// itself. Every other pair of the same union never occurs. Pieces that do not come together by
  /// themselves come together nowhere.
  private mutating func readUnions(_ rank: (Int) -> UInt32?) throws(TextError) {
    pairs = PairTable(reserving: vocabulary.modelCount)
    var search = UnionSearch()
    for id in 0..<vocabulary.modelSize {
      guard let own = rank(id), let spelling = vocabulary.modelSpelling(id), spelling.count > 1
      else { continue }
      guard spelling.count <= Self.unionLimit else {
        throw TextError(.unsupported, "piece \(id) has \(spelling.count) bytes, more than 512")
      }
      let parts = spelling.withUnsafeBufferPointer { spelling -> (UInt32, UInt32)? in
        let cut = search.lastCut(of: spelling, inBytes: options.symbols == .bytes) { part in
          vocabulary.modelId(of: part).flatMap(rank)
        }
        guard let cut else { return nil }
        return symbol(spelling, 0..<cut).flatMap { left in
          symbol(spelling, cut..<spelling.count).map { (left, $0) }
        }
      }
      if let (left, right) = parts {
        pairs.insert(left, right, PairMerge(rank: own, id: UInt32(id)))
      }
    }
  }

  /// The number of a part: a piece, or a character that has a symbol of its own.
  private func symbol(_ spelling: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UInt32? {
    let part = UnsafeBufferPointer(rebasing: spelling[range])
    if options.symbols == .characters {
      if let scalar = DecodedScalar(checking: part, at: 0), scalar.length == part.count {
        return characters[scalar.value]
      }
    }
    return vocabulary.modelId(of: part).map { UInt32($0) }
  }
}

// MARK: - Pairs
extension BytePairBuilder {
  /// Reads merges that are listed.
  mutating func read(_ list: [(left: String, right: String)]) throws(TextError) {
    pairs = PairTable(reserving: list.count)
    var union: [UInt8] = []
    let prefix = options.continuingPrefix.utf8.count
    for (rank, merge) in list.enumerated() {
      var (left, right) = merge
      let ids = left.withUTF8 { left in
        right.withUTF8 { right -> (UInt32, UInt32, UInt32)? in
          guard !left.isEmpty, right.count > prefix,
            let leftId = vocabulary.modelId(of: left), let rightId = vocabulary.modelId(of: right)
          else { return nil }
          union.removeAll(keepingCapacity: true)
          union.append(contentsOf: left)
          union.append(contentsOf: right[prefix...])
          return union.withUnsafeBufferPointer { vocabulary.modelId(of: $0) }
            .map { (UInt32(leftId), UInt32(rightId), UInt32($0)) }
        }
      }
      guard let (left, right, union) = ids else { throw Self.impossible(merge, rank) }
      pairs.insert(left, right, PairMerge(rank: UInt32(rank), id: union))
    }
  }

  private static func impossible(_ merge: (left: String, right: String), _ rank: Int) -> TextError {
    TextError(
      .malformed,
      "“model.merges[\(rank)]” joins “\(VisibleText.excerpt(merge.left))” and "
        + "“\(VisibleText.excerpt(merge.right))”: both and their union must be in the vocabulary")
  }

  /// Whether a border beside an unknown character stays: its bytes all have tokens, none of which is
  /// ever joined with another.
  var cutsAtUnknown: Bool {
    guard !options.hasAffixes, options.symbols == .characters, !fallback.contains(Self.none) else {
      return false
    }
    let bytes = Set(fallback)
    var result = true
    pairs.visit { left, right, _ in
      if bytes.contains(left) || bytes.contains(right) { result = false }
    }
    return result
  }

  /// What any two bytes become.
  func bytePairs() -> [PairMerge] {
    guard options.symbols != .characters, !options.hasAffixes else { return [] }
    return pairs.withView { pairs in
      (0..<65_536).map { pair in
        let (left, right) = (bytes[pair >> 8], bytes[pair & 255])
        return left == Self.none || right == Self.none ? .none : pairs[left, right]
      }
    }
  }

  /// The borders that merges cross.
  func joins() -> JoinFilter? {
    guard !options.hasAffixes else { return nil }
    var filter = JoinFilter(reserving: pairs.count)
    pairs.visit { left, right, _ in
      guard let last = edge(left, isLast: true), let first = edge(right, isLast: false) else {
        return
      }
      filter.insert(last, first)
    }
    return filter
  }

  /// The first or last character or byte of a symbol.
  private func edge(_ id: UInt32, isLast: Bool) -> UInt32? {
    let index = Int(id) - vocabulary.modelSize
    if index >= 0 { return extraScalars[index] }
    guard let key = key(Int(id)), let first = key.first, let last = key.last else { return nil }
    guard options.symbols == .characters else { return UInt32(isLast ? last : first) }
    return key.withUnsafeBufferPointer { key in
      var position = isLast ? key.count - 1 : 0
      while position > 0, key[position] & 0xC0 == 0x80 { position -= 1 }
      return DecodedScalar(key, at: position).value
    }
  }

  /// For each symbol how many bytes of text it stands for.
  func lengths() -> [UInt32] {
    var lengths = [UInt32](repeating: 0, count: vocabulary.modelSize + extras.count)
    for id in 0..<vocabulary.modelSize {
      guard var key = key(id) else { continue }
      if key.starts(with: options.continuingPrefix.utf8) {
        key = key.dropFirst(options.continuingPrefix.utf8.count)
      }
      let suffix = options.endOfWordSuffix.utf8
      if key.suffix(suffix.count).elementsEqual(suffix) { key = key.dropLast(suffix.count) }
      lengths[id] = UInt32(key.count)
    }
    for id in fallback where id != Self.none { lengths[Int(id)] = 1 }
    return lengths
  }
}
