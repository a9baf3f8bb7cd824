// SPDX-License-Identifier: Apache-2.0

/// The tables of a model and a text, laid open for the time of a call.
struct BytePairContext {
  let text: UnsafeBufferPointer<UInt8>
  let pairs: PairTable.View
  let characters: ScalarTable.View
  let bytes: UnsafeBufferPointer<UInt32>
  /// What two neighbouring bytes become; nil where the model starts from characters.
  let bytePairs: UnsafeBufferPointer<PairMerge>?
  let lengths: UnsafeBufferPointer<UInt32>
  var joins: JoinFilter.View?
}

/// Where the tokens of a piece go.
private struct PieceWriter {
  /// Where the next token begins.
  var position: UInt32
  let end: UInt32

  @inline(__always)
  mutating func write(_ id: UInt32, _ length: UInt32, _ run: inout TokenRun) {
    let next = min(end, position &+ length)
    run.append(Int(id), ByteSpan(position, next))
    position = next
  }
}

// MARK: - Pieces
extension BytePairModel {
  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    let pieces = tokens.pieces
    guard !pieces.isEmpty else { return }
    try tokens.text.bytes.withUnsafeBufferPointer { text throws(TextError) in
      try withContext(text) { context throws(TextError) in
        try pool.withScratch { scratch throws(TextError) in
          defer { scratch.merging.trim() }
          for piece in pieces { try encode(piece, context, scratch, &run) }
        }
      }
    }
  }

  private func withContext(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (BytePairContext) throws(TextError) -> Void
  ) throws(TextError) {
    try pairs.withView { pairs throws(TextError) in
      try characters.withView { characters throws(TextError) in
        try bytes.withUnsafeBufferPointer { bytes throws(TextError) in
          try lengths.withUnsafeBufferPointer { lengths throws(TextError) in
            try bytePairs.withUnsafeBufferPointer { bytePairs throws(TextError) in
              let context = BytePairContext(
                text: text, pairs: pairs, characters: characters, bytes: bytes,
                bytePairs: bytePairs.isEmpty ? nil : bytePairs, lengths: lengths, joins: nil)
              guard let joins else { return try body(context) }
              try joins.withView { joins throws(TextError) in
                var context = context
                context.joins = joins
                try body(context)
              }
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func encode(
    _ piece: ByteSpan, _ context: BytePairContext, _ scratch: BytePairScratch,
    _ run: inout TokenRun
  ) throws(TextError) {
    let (start, end) = (Int(piece.start), Int(piece.end))
    guard start < end else { return }
    var writer = PieceWriter(position: piece.start, end: piece.end)
    if end - start <= PieceMemory.longest,
      let answer = scratch.memory?.recall(context.text, start, end - start, .whole)
    {
      answer.visit { writer.write($0, context.lengths[Int($0)], &run) }
      return
    }
    try encodeNew(start, end, context, scratch, &writer, &run)
  }

  /// A piece that is not remembered as a whole.
  private func encodeNew(
    _ start: Int, _ end: Int, _ context: BytePairContext, _ scratch: BytePairScratch,
    _ writer: inout PieceWriter, _ run: inout TokenRun
  ) throws(TextError) {
    if options.ignoresMerges,
      let id = wholePiece(UnsafeBufferPointer(rebasing: context.text[start..<end]))
    {
      writer.write(id, UInt32(end - start), &run)
      if context.lengths[Int(id)] == end - start, end - start <= PieceMemory.longest {
        withUnsafePointer(to: id) {
          scratch.memory?.remember(
            context.text, start, end - start, .whole, UnsafeBufferPointer(start: $0, count: 1))
        }
      }
      return
    }
    let shortest = options.symbols == .characters ? 15 : PieceMemory.longest
    if end - start <= shortest || context.joins == nil {
      try merge(start, end, .whole, context, scratch, &writer, &run)
    } else {
      try encodeParts(start, end, context, scratch, &writer, &run)
    }
  }

  private func wholePiece(_ piece: UnsafeBufferPointer<UInt8>) -> UInt32? {
    if let keys { return keys.find(piece).map { keyNumbers[$0] } }
    return own.modelId(of: piece).map { UInt32($0) }
  }
}

// MARK: - Parts
extension BytePairModel {
  /// A long piece, cut where no merge can join what stands on both sides.
  private func encodeParts(
    _ start: Int, _ end: Int, _ context: BytePairContext, _ scratch: BytePairScratch,
    _ writer: inout PieceWriter, _ run: inout TokenRun
  ) throws(TextError) {
    guard let joins = context.joins else { return }
    var partStart = start
    var position = start
    var before: UInt32 = 0
    var isKnownBefore = false
    while position < end {
      var symbol = UInt32(context.text[position])
      var length = 1
      var isKnown = true
      if options.symbols == .characters {
        let scalar = DecodedScalar(context.text, at: position)
        (symbol, length) = (scalar.value, scalar.length)
        isKnown = context.characters[symbol] != Self.none
      } else {
        isKnown = context.bytes[Int(symbol)] != Self.none
      }
      let isBorder =
        isKnown && isKnownBefore ? !joins.mayJoin(before, symbol) : cutsAtUnknown
      if isBorder, position > partStart {
        try encodePart(partStart, position, context, scratch, &writer, &run)
        partStart = position
      }
      (before, isKnownBefore) = (symbol, isKnown)
      position += length
    }
    if partStart == start {
      try merge(start, end, .whole, context, scratch, &writer, &run)
    } else {
      try encodePart(partStart, end, context, scratch, &writer, &run)
    }
  }

  private func encodePart(
    _ start: Int, _ end: Int, _ context: BytePairContext, _ scratch: BytePairScratch,
    _ writer: inout PieceWriter, _ run: inout TokenRun
  ) throws(TextError) {
    let kind = options.ignoresMerges ? PieceMemory.Kind.part : .whole
    if end - start <= PieceMemory.longest,
      let answer = scratch.memory?.recall(context.text, start, end - start, kind)
    {
      answer.visit { writer.write($0, context.lengths[Int($0)], &run) }
      return
    }
    try merge(start, end, kind, context, scratch, &writer, &run)
  }

  /// Merges a piece or a part of one, and remembers it where it may.
  private func merge(
    _ start: Int, _ end: Int, _ kind: PieceMemory.Kind, _ context: BytePairContext,
    _ scratch: BytePairScratch, _ writer: inout PieceWriter, _ run: inout TokenRun
  ) throws(TextError) {
    try scratch.merging.tokens(of: start..<end, self, context)
    let count = scratch.merging.count
    let ids = UnsafeBufferPointer(start: scratch.merging.ids.base, count: count)
    guard scratch.merging.tracksLengths else {
      for id in ids { writer.write(id, context.lengths[Int(id)], &run) }
      if end - start <= PieceMemory.longest {
        scratch.memory?.remember(context.text, start, end - start, kind, ids)
      }
      return
    }
    let lengths = UnsafeBufferPointer(start: scratch.merging.lengths.base, count: count)
    var isExpected = true
    var total = 0
    for index in 0..<count {
      isExpected = isExpected && lengths[index] == context.lengths[Int(ids[index])]
      total += Int(lengths[index])
      writer.write(ids[index], lengths[index], &run)
    }
    if isExpected, total == end - start, total <= PieceMemory.longest {
      scratch.memory?.remember(context.text, start, end - start, kind, ids)
    }
  }
}
