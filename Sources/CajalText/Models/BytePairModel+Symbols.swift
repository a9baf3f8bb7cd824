// SPDX-License-Identifier: Apache-2.0

/// Unknown characters that wait for a known one, where their token goes before it.
///
/// Bytes of a character that stand between come first: so the reference has it, and only vocabularies
/// with some of the bytes can tell.
private struct UnknownRun {
  private var length = 0
  private var isWaiting = false

  /// Writes the token that waits.
  @inline(__always)
  mutating func flush(_ id: UInt32, into merging: inout PairMerging) {
    guard isWaiting else { return }
    merging.append(id, length: length)
    isWaiting = false
  }

  /// Adds a character to the token that waits, or begins one.
  mutating func add(_ length: Int, _ id: UInt32, fuses: Bool, into merging: inout PairMerging) {
    if fuses, isWaiting {
      self.length += length
    } else {
      flush(id, into: &merging)
      (self.length, isWaiting) = (length, true)
    }
  }
}

extension PairMerging {
  /// Finds the tokens of a stretch of text.
  ///
  /// Where every character has a token and there are no affixes a token stands for as many bytes as it
  /// is spelled with, unless it is a token for a byte that stands there spelled out; then the sum
  /// falls short and the work is done again with lengths.
  mutating func tokens(
    of range: Range<Int>, _ model: BytePairModel, _ context: BytePairContext
  ) throws(TextError) {
    if !model.options.hasAffixes, model.extras.isEmpty {
      removeAll(tracksLengths: false)
      if try model.appendSymbols(range, context, &self) {
        let text = context.text.baseAddress.map { $0 + range.lowerBound }
        if let table = context.bytePairs?.baseAddress, let text {
          merge(context.pairs, bytes: BytePairs(text: text, table: table))
        } else {
          merge(context.pairs)
        }
        guard model.hasByteFallback else { return }
        var total = 0
        for index in 0..<count { total += Int(context.lengths[Int(ids.base[index])]) }
        if total == range.count { return }
      }
    }
    removeAll(tracksLengths: true)
    _ = try model.appendSymbols(range, context, &self)
    merge(context.pairs)
    if !model.extras.isEmpty {
      try model.resolveExtras(range.lowerBound, context.text, &self)
    }
  }
}

extension BytePairModel {
  /// Puts the characters or bytes of a stretch of text into the merging.
  ///
  /// - Returns: Whether each has a token of its own; where lengths are not tracked and one has none
  ///   the rest is left out.
  func appendSymbols(
    _ range: Range<Int>, _ context: BytePairContext, _ merging: inout PairMerging
  ) throws(TextError) -> Bool {
    merging.reserve(range.count)
    var unknowns = UnknownRun()
    var isRegular = true
    var position = range.lowerBound
    while position < range.upperBound {
      var id: UInt32
      var length = 1
      if options.symbols == .characters {
        let scalar = DecodedScalar(context.text, at: position)
        (id, length) = (context.characters[scalar.value], scalar.length)
      } else {
        id = context.bytes[Int(context.text[position])]
      }
      if options.hasAffixes { id = affixed(position..<position + length, in: range, context.text) }
      if id != Self.none {
        unknowns.flush(unknown, into: &merging)
        merging.append(id, length: length)
      } else {
        isRegular = false
        guard merging.tracksLengths else { return false }
        let spelling = spelling(position..<position + length, in: range, context.text)
        merging.reserve(spelling.count + 1 + range.upperBound - position)
        try appendUnknown(spelling, length, &unknowns, &merging)
      }
      position += length
    }
    unknowns.flush(unknown, into: &merging)
    return isRegular
  }

  /// The bytes of a character where all have tokens, else the unknown token, else nothing.
  private func appendUnknown(
    _ spelling: [UInt8], _ length: Int, _ unknowns: inout UnknownRun, _ merging: inout PairMerging
  ) throws(TextError) {
    if hasByteFallback, spelling.allSatisfy({ fallback[Int($0)] != Self.none }) {
      for byte in spelling { merging.append(fallback[Int(byte)], length: 1) }
      return
    }
    guard let name = options.unknown else { return }
    guard unknown != Self.none else {
      throw TextError(
        .unencodable,
        "“\(VisibleText.excerpt(String(decoding: spelling, as: UTF8.self)))” is not in the vocabulary"
          + ", nor is the token for such text, “\(VisibleText.excerpt(name))”")
    }
    unknowns.add(length, unknown, fuses: options.fusesUnknown, into: &merging)
  }

  /// The character as the vocabulary would spell it.
  private func spelling(
    _ character: Range<Int>, in piece: Range<Int>, _ text: UnsafeBufferPointer<UInt8>
  ) -> [UInt8] {
    var spelling: [UInt8] = []
    if character.lowerBound > piece.lowerBound { spelling += options.continuingPrefix.utf8 }
    if options.symbols == .printableBytes {
      let scalar = PrintableBytes.scalars[Int(text[character.lowerBound])]
      if let scalar = Unicode.Scalar(scalar) { spelling += UTF8Bytes(scalar) }
    } else {
      spelling += text[character]
    }
    if character.upperBound == piece.upperBound { spelling += options.endOfWordSuffix.utf8 }
    return spelling
  }

  /// The token of a character with the prefix and the suffix that belong to its place.
  private func affixed(
    _ character: Range<Int>, in piece: Range<Int>, _ text: UnsafeBufferPointer<UInt8>
  ) -> UInt32 {
    let spelling = spelling(character, in: piece, text)
    return own.modelId(of: spelling).map { UInt32($0) } ?? Self.none
  }

  /// Puts tokens in the place of symbols that only merging needed.
  func resolveExtras(
    _ start: Int, _ text: UnsafeBufferPointer<UInt8>, _ merging: inout PairMerging
  ) throws(TextError) {
    let symbols = (0..<merging.count).map { (merging.ids.base[$0], Int(merging.lengths.base[$0])) }
    guard symbols.contains(where: { Int($0.0) >= own.modelSize }) else { return }
    var unknowns = UnknownRun()
    var position = start
    merging.removeAll(tracksLengths: true)
    for (symbol, length) in symbols {
      let extra = Int(symbol) - own.modelSize
      let id = extra < 0 ? symbol : extras[extra]
      merging.reserve(length + 1)
      if id == Self.none {
        try appendUnknown(
          Array(text[position..<position + length]), length, &unknowns, &merging)
      } else if id == unknown {
        unknowns.add(length, unknown, fuses: options.fusesUnknown, into: &merging)
      } else {
        unknowns.flush(unknown, into: &merging)
        merging.append(id, length: length)
      }
      position += length
    }
    merging.reserve(1)
    unknowns.flush(unknown, into: &merging)
  }
}
