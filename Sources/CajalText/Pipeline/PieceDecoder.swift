// SPDX-License-Identifier: Apache-2.0

/// Turns pieces back into a text: `Replace`, `ByteFallback`, `Fuse`, `Strip` and sequences of them.
///
/// Without a decoder the pieces stand in the text as they are, with spaces between them.
struct PieceDecoder: Sendable {
  private enum Step {
    case replace(ByteReplacement)
    case byteFallback
    case fuse
    case strip(content: [UInt8], start: Int, stop: Int)
  }

  private let steps: [Step]?

  /// Reads the member `decoder`.
  init(_ value: JSONValue) throws(TextError) {
    guard !value.isNull else {
      steps = nil
      return
    }
    var steps: [Step] = []
    var replacements: [ByteReplacement] = []
    for (type, fields) in try TypedComponent.flattened(value, "decoder", list: "decoders") {
      if type == "Replace" {
        let replacement = try ByteReplacement(fields)
        replacements.append(replacement)
        steps.append(.replace(replacement))
      } else {
        steps.append(try Self.step(type, fields))
      }
    }
    try ByteReplacement.limitGrowth(replacements, "decoder")
    self.steps = steps
  }

  private static func step(
    _ type: String, _ fields: consuming JSONFields
  ) throws(TextError) -> Step {
    let step: Step
    switch type {
    case "ByteFallback": step = .byteFallback
    case "Fuse": step = .fuse
    case "Strip":
      let content = try fields.takeString("content")
      guard content.unicodeScalars.count == 1 else {
        throw TextError(
          .malformed, "“\(fields.path(of: "content"))” must be a single character")
      }
      step = .strip(
        content: Array(content.utf8), start: try fields.takeCount("start"),
        stop: try fields.takeCount("stop"))
    default: throw TypedComponent.unknown(type, fields.path)
    }
    try fields.close()
    return step
  }

  /// The text of some pieces, as UTF-8.
  func text(of pieces: [[UInt8]]) -> [UInt8] {
    guard let steps else { return Array(pieces.joined(separator: [0x20])) }
    var pieces = pieces
    for step in steps {
      switch step {
      case .replace(let replacement): pieces = pieces.map(replacement.applied(to:))
      case .byteFallback: pieces = Self.withBytesJoined(pieces)
      case .fuse: pieces = [Array(pieces.joined())]
      case .strip(let content, let start, let stop):
        pieces = pieces.map { Self.stripped($0, of: content, start, stop) }
      }
    }
    return Array(pieces.joined())
  }

  /// Runs of byte pieces as the text they spell; a run that is not UTF-8 becomes one U+FFFD a byte,
  /// the whole run of it, which is what the reference does.
  private static func withBytesJoined(_ pieces: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      let isText = String(validating: run, as: UTF8.self) != nil
      result.append(isText ? run : Array(String(repeating: "\u{FFFD}", count: run.count).utf8))
      run = []
    }
    for piece in pieces {
      if piece.count == 6, let byte = BytePiece.byte(of: String(decoding: piece, as: UTF8.self)) {
        run.append(byte)
      } else {
        flush()
        result.append(piece)
      }
    }
    flush()
    return result
  }

  /// A piece without up to `start` copies of a character in front and up to `stop` at the end.
  private static func stripped(
    _ piece: [UInt8], of content: [UInt8], _ start: Int, _ stop: Int
  ) -> [UInt8] {
    var rest = piece[...]
    var count = 0
    while count < start, rest.starts(with: content) {
      rest = rest.dropFirst(content.count)
      count += 1
    }
    count = 0
    while count < stop, rest.suffix(content.count).elementsEqual(content) {
      rest = rest.dropLast(content.count)
      count += 1
    }
    return Array(rest)
  }
}
