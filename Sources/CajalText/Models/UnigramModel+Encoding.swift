// SPDX-License-Identifier: Apache-2.0

// MARK: - Encoding
extension UnigramModel {
  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    let pieces = tokens.pieces
    guard !pieces.isEmpty else { return }
    try tokens.text.bytes.withUnsafeBufferPointer { text throws(TextError) in
      try trie.withView { trie throws(TextError) in
        try pool.withScratch { scratch throws(TextError) in
          defer { scratch.path.trim() }
          for piece in pieces where !piece.isEmpty {
            try encode(piece, text, trie, scratch, &run)
          }
        }
      }
    }
  }

  @inline(__always)
  private func encode(
    _ piece: ByteSpan, _ text: UnsafeBufferPointer<UInt8>, _ trie: PieceTrie.View,
    _ scratch: UnigramScratch, _ run: inout TokenRun
  ) throws(TextError) {
    if scratch.memory?.recall(piece, text, into: &run) == true { return }
    try findPath(piece, text, trie, &scratch.path)
    try write(piece, text, scratch, &run)
  }

  /// Finds the best way through a piece.
  private func findPath(
    _ piece: ByteSpan, _ text: UnsafeBufferPointer<UInt8>, _ trie: PieceTrie.View,
    _ path: inout UnigramPath
  ) throws(TextError) {
    let count = piece.count
    let base = Int(piece.start)
    let isNarrow = arithmetic == .sentencePiece
    path.prepare(count, longest: longest)
    var start = 0
    while start < count {
      let sum = path.sum(at: start)
      let length = isByteLevel ? 1 : DecodedScalar(text, at: base + start).length
      var hasCharacter = false
      var node = PieceTrie.View.root
      var end = start
      while end < count, let child = trie.child(node, text[base + end]) {
        node = child
        end += 1
        let id = trie.value(node)
        if id == PieceTrie.none { continue }
        _ = path.offer(
          scores[Int(id)] + sum, id, length: end - start, to: end, isNarrow: isNarrow)
        if end - start == length { hasCharacter = true }
      }
      if !hasCharacter {
        let wins = path.offer(
          unknownScore + sum, UInt32(unknown ?? 0), length: length, to: start + length,
          isNarrow: isNarrow)
        if wins, unknown == nil {
          let character = text[base + start..<base + start + length]
          throw MissingToken.error(for: UnsafeBufferPointer(rebasing: character), nil)
        }
      }
      start += length
    }
    path.reverse(count)
  }

  /// Writes the tokens of the best way; unknown ones in a row are one.
  private func write(
    _ piece: ByteSpan, _ text: UnsafeBufferPointer<UInt8>, _ scratch: UnigramScratch,
    _ run: inout TokenRun
  ) throws(TextError) {
    let base = Int(piece.start)
    var words = MemoryWords()
    var start = 0
    while start < piece.count {
      let id = Int(scratch.path.ids.base[start])
      var end = start + Int(scratch.path.lengths.base[start])
      if id == unknown {
        while end < piece.count, Int(scratch.path.ids.base[end]) == id {
          if arithmetic == .sentencePiece, hasByteFallback { break }
          end += Int(scratch.path.lengths.base[end])
        }
        writeUnknown(base + start..<base + end, text, &run)
        words.giveUp()
      } else {
        run.append(id, ByteSpan(base + start..<base + end))
        words.append(id, length: end - start)
      }
      start = end
    }
    if piece.count <= PieceMemory.longest {
      words.withWords { scratch.memory?.remember(text, base, piece.count, .whole, $0) }
    }
  }

  /// Unknown text: a token that is spelled so after all, its bytes, or the unknown token.
  private func writeUnknown(
    _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, _ run: inout TokenRun
  ) {
    let span = ByteSpan(range)
    let unknownText = UnsafeBufferPointer(rebasing: text[range])
    if arithmetic == .tokenizers, let id = own.find(unknownText) {
      run.append(id, span)
    } else if hasByteFallback, unknownText.allSatisfy({ fallback[Int($0)] != nil }) {
      for byte in unknownText { run.append(fallback[Int(byte)] ?? 0, span) }
    } else if let unknown {
      run.append(unknown, span)
    }
  }
}

/// Collects up to sixteen tokens with their lengths, as they are remembered.
struct MemoryWords {
  private var words = SIMD16<UInt32>(repeating: 0)
  private var count = 0
  private var isWhole = true

  /// Adds a token of fewer than 256 bytes.
  @inline(__always)
  mutating func append(_ id: Int, length: Int) {
    guard isWhole, count < 16, id < 1 << 24, length < 256 else { return giveUp() }
    words[count] = UInt32(truncatingIfNeeded: id) | UInt32(truncatingIfNeeded: length) << 24
    count += 1
  }

  /// What was collected is not to be remembered.
  mutating func giveUp() { isWhole = false }

  /// Calls a closure with what is to be remembered, if anything.
  func withWords(_ body: (UnsafeBufferPointer<UInt32>) -> Void) {
    guard isWhole, count > 0 else { return }
    withUnsafeBytes(of: words) { raw in
      raw.withMemoryRebound(to: UInt32.self) { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
    }
  }
}
