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

  /// The same for pieces that come one by one.
  var stream: PieceDecoderStream {
    guard let steps else { return PieceDecoderStream([SpacingStage()]) }
    var stages: [any DecodingStage] = []
    var isFused = false
    for step in steps {
      switch step {
      case .replace(let replacement):
        stages.append(
          isFused
            ? FusedReplacementStage(replacement) : PiecewiseStage(change: replacement.applied(to:)))
      case .byteFallback:
        stages.append(
          isFused
            ? WholeStage(isFused: true, Self.withBytesJoined) : ByteRunStage(Self.text(ofRun:)))
      case .fuse: isFused = true
      case .strip(let content, let start, let stop):
        stages.append(
          isFused
            ? FusedStripStage(content, start: start, stop: stop)
            : PiecewiseStage { Self.stripped($0, of: content, start, stop) })
      }
    }
    return PieceDecoderStream(stages)
  }

  /// Runs of byte pieces as the text they spell; a run that is not UTF-8 becomes one U+FFFD a byte,
  /// the whole run of it, which is what the reference does.
  private static func withBytesJoined(_ pieces: [[UInt8]]) -> [[UInt8]] {
    var stage = ByteRunStage(text(ofRun:))
    return pieces.flatMap { stage.append($0) } + stage.finish()
  }

  private static func text(ofRun run: [UInt8]) -> [UInt8] {
    let isText = String(validating: run, as: UTF8.self) != nil
    return isText ? run : Array(String(repeating: "\u{FFFD}", count: run.count).utf8)
  }

  /// A piece without up to `start` copies of a character in front and up to `stop` at the end.
  static func stripped(
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
