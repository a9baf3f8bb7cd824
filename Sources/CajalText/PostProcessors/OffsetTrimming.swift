// SPDX-License-Identifier: Apache-2.0

/// Takes white space off the stretches of tokens: `ByteLevel` and `RobertaProcessing`.
///
/// What counts is the white space in the spelling of a token, and the character that stands for a
/// space among bytes.
struct OffsetTrimming: Sendable {
  private struct Edges {
    var leading: UInt32
    var trailing: UInt32
  }

  private let addsPrefixSpace: Bool
  private let edges: [Edges]

  /// Reads `add_prefix_space` and `trim_offsets`; nil where nothing is trimmed.
  init?(_ fields: inout JSONFields, _ names: TokenNames) throws(TextError) {
    addsPrefixSpace = try fields.take("add_prefix_space")
      .bool(fields.path(of: "add_prefix_space"))
    let trims = try fields.take("trim_offsets").bool(fields.path(of: "trim_offsets"))
    guard trims else { return nil }
    edges = (0..<names.size).map { id in
      let piece = names.vocabulary.piece(id) ?? names.piece(id) ?? ""
      return Self.edges(piece.unicodeScalars)
    }
  }

  private static func edges(_ text: some BidirectionalCollection<Unicode.Scalar>) -> Edges {
    let trailing = text.reversed().prefix(while: isSpace).count
    return Edges(
      leading: UInt32(text.prefix(while: isSpace).count), trailing: UInt32(trailing))
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "Ġ" || scalar.properties.isWhitespace
  }

  /// Trims stretches in code points, where there are any.
  func apply(to segment: inout TokenSegment) {
    guard var spans = segment.spans else { return }
    segment.spans = nil
    defer { segment.spans = spans }
    for index in spans.indices {
      let id = segment.ids[index]
      var edges = edges.indices.contains(id) ? edges[id] : Edges(leading: 0, trailing: 0)
      if !segment.spellings.isEmpty, let spelling = segment.spellings[index] {
        edges = Self.edges(String(decoding: spelling, as: UTF8.self).unicodeScalars)
      }
      if edges.leading == 0, edges.trailing == 0 { continue }
      var span = spans[index]
      // A single space in front is the one that was added, not one of the text.
      let isAdded =
        addsPrefixSpace && edges.leading == 1 && (index == 0 || span.start == 0)
      if !isAdded { span.start = min(span.start + edges.leading, span.end) }
      if edges.trailing > 0, span.end >= edges.trailing {
        span.end = max(span.end - edges.trailing, span.start)
      }
      spans[index] = span
    }
  }
}
