// SPDX-License-Identifier: Apache-2.0

/// Turns pieces back into a text, in the steps that a `tokenizer.json` names.
///
/// Without a decoder the pieces stand in the text as they are, with spaces between them.
///
/// - Reference: `decoders` of <https://github.com/huggingface/tokenizers>.
struct PieceDecoder: Sendable {
  private let stages: [any DecodingStage]

  /// Reads the member `decoder`.
  init(_ value: JSONValue) throws(TextError) {
    guard !value.isNull else {
      stages = [SpacingStage()]
      return
    }
    var builder = Builder()
    let components = try TypedComponent.flattened(value, "decoder", list: "decoders")
    for (index, component) in components.enumerated() {
      builder.isLast = index == components.count - 1
      try builder.add(component.type, component.fields)
    }
    stages = builder.stages
  }

  /// The byte-level decoder, which every file of ranks has.
  static let byteLevel = PieceDecoder(stages: [ByteLevelStage(isLast: true)])

  /// Steps that were put together by hand.
  init(stages: [any DecodingStage]) { self.stages = stages }

  /// The same, with spaces before English punctuation taken out of the whole text.
  func cleaningUp() -> PieceDecoder {
    PieceDecoder(stages: stages + TextCleanup.wholeTextStages)
  }

  /// The steps for pieces that come one by one.
  var stream: PieceDecoderStream { PieceDecoderStream(stages) }
}

// MARK: - Reading
/// Puts the stages together; behind one that fuses there is a single piece, whose parts come.
private struct Builder {
  var stages: [any DecodingStage] = []
  var isLast = false
  private var isFused = false
  private var growth = 1

  mutating func add(_ type: String, _ fields: consuming JSONFields) throws(TextError) {
    switch type {
    case "ByteLevel": try addByteLevel(&fields)
    case "ByteFallback": stages.append(isFused ? FusedByteStage() : ByteRunStage())
    case "Fuse": isFused = true
    case "Strip": try addStrip(&fields)
    case "Replace": try addReplacement(&fields)
    case "WordPiece": try addWordPiece(&fields)
    case "Metaspace": try addMetaspace(&fields)
    case "BPEDecoder": try addSuffix(&fields)
    case "CTC": try addRepetition(&fields)
    default: throw TypedComponent.unknown(type, fields.path)
    }
    try fields.close()
  }

  private mutating func addByteLevel(_ fields: inout JSONFields) throws(TextError) {
    for key in ["add_prefix_space", "trim_offsets", "use_regex"] {
      fields.excuse(key, because: "means something to encoding only")
    }
    stages.append(isFused ? FusedByteLevelStage() : ByteLevelStage(isLast: isLast))
    isFused = true
  }

  private mutating func addStrip(_ fields: inout JSONFields) throws(TextError) {
    let content = try Self.character("content", &fields)
    stages.append(
      StripStage(
        content, start: try fields.takeCount("start"), stop: try fields.takeCount("stop"),
        isFused: isFused))
  }

  private mutating func addReplacement(_ fields: inout JSONFields) throws(TextError) {
    var pattern = try JSONFields(try fields.take("pattern"), fields.path(of: "pattern"))
    let content = Array(try fields.takeString("content").utf8)
    if let spelling = pattern.takeIfPresent("String") {
      let spelling = try spelling.string(pattern.path(of: "String"))
      try replace(Array(spelling.utf8), content, fields.path)
    } else {
      let expression = try Pattern(try pattern.takeString("Regex"), syntax: .oniguruma)
      try limitGrowth(max(1, content.count + 1), fields.path)
      stages.append(PatternStage(expression, content: content, isFused: isFused))
    }
    try pattern.close()
  }

  /// Refuses chains of replacements that can lengthen a text out of all proportion.
  private mutating func replace(
    _ pattern: [UInt8], _ content: [UInt8], _ path: String
  ) throws(TextError) {
    let replacement = RunningReplacement(pattern, content)
    try limitGrowth(replacement.growth, path)
    stages.append(ReplacementStage(replacement, isFused: isFused))
  }

  private mutating func limitGrowth(_ factor: Int, _ path: String) throws(TextError) {
    let (growth, overflow) = growth.multipliedReportingOverflow(by: factor)
    guard !overflow, growth <= 1024 else {
      throw TextError(
        .unsupported, "the replacements up to “\(path)” lengthen a text more than a thousandfold")
    }
    self.growth = growth
  }

  private mutating func addWordPiece(_ fields: inout JSONFields) throws(TextError) {
    let prefix = Array(try fields.takeString("prefix").utf8)
    let cleansUp = try fields.take("cleanup").bool(fields.path(of: "cleanup"))
    if !isFused {
      stages.append(WordPieceStage(prefix: prefix, cleansUp: cleansUp))
    } else if cleansUp {
      stages += TextCleanup.fusedStages
    }
  }

  private mutating func addMetaspace(_ fields: inout JSONFields) throws(TextError) {
    let replacement = try Self.character("replacement", &fields)
    for key in ["split", "str_rep"] {
      fields.excuse(key, because: "means something to encoding only")
    }
    let isPrepended = try Self.isPrepended(&fields)
    if isFused {
      let content: [UInt8] = isPrepended ? [] : [0x20]
      stages.append(ReplacementStage(RunningReplacement(replacement, content), isFused: true))
    } else {
      stages.append(MetaspaceStage(replacement, isPrepended: isPrepended))
    }
  }

  /// The members `prepend_scheme` and `add_prefix_space`, the older name of the same.
  private static func isPrepended(_ fields: inout JSONFields) throws(TextError) -> Bool {
    let path = fields.path(of: "prepend_scheme")
    let scheme = try fields.takeIfPresent("prepend_scheme")?.string(path) ?? "always"
    guard ["always", "first", "never"].contains(scheme) else {
      throw TextError(
        .unsupported, "“\(path)” is \(VisibleText.excerpt(scheme)), which is not implemented")
    }
    let older = fields.path(of: "add_prefix_space")
    if try fields.takeIfPresent("add_prefix_space")?.bool(older) == false, scheme != "never" {
      throw TextError(.malformed, "“\(older)” contradicts “\(path)”")
    }
    return scheme != "never"
  }

  private mutating func addSuffix(_ fields: inout JSONFields) throws(TextError) {
    let suffix = Array(try fields.takeString("suffix").utf8)
    if suffix.isEmpty { try limitGrowth(2, fields.path) }
    stages.append(
      isFused
        ? ReplacementStage(RunningReplacement(suffix, []), isFused: true) : SuffixStage(suffix))
  }

  private mutating func addRepetition(_ fields: inout JSONFields) throws(TextError) {
    let padding = Array(try fields.takeString("pad_token").utf8)
    let delimiter = Array(try fields.takeString("word_delimiter_token").utf8)
    let cleansUp = try fields.take("cleanup").bool(fields.path(of: "cleanup"))
    if delimiter.isEmpty { try limitGrowth(2, fields.path) }
    guard isFused else {
      stages.append(RepetitionStage(padding: padding, delimiter: cleansUp ? delimiter : nil))
      return
    }
    stages.append(ReplacementStage(RunningReplacement(padding, []), isFused: true))
    guard cleansUp else { return }
    stages += TextCleanup.fusedStages
    stages.append(ReplacementStage(RunningReplacement(delimiter, [0x20]), isFused: true))
  }

  private static func character(
    _ key: String, _ fields: inout JSONFields
  ) throws(TextError) -> [UInt8] {
    let content = try fields.takeString(key)
    guard content.unicodeScalars.count == 1 else {
      throw TextError(.malformed, "“\(fields.path(of: key))” must be a single character")
    }
    return Array(content.utf8)
  }
}
