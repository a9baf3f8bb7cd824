// SPDX-License-Identifier: Apache-2.0

/// Reads a `vocab.txt`: one word piece a line, the vocabulary of BERT.
///
/// - Reference: `models/bert` of <https://github.com/huggingface/transformers>, version 5, and
///   `WordPiece::read_file` of <https://github.com/huggingface/tokenizers>.
enum WordPieceFile {
  /// The classes that read the layout as BERT's does.
  private static let family: Set<String> = [
    "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer",
    "ConvBertTokenizer", "LayoutLMTokenizer", "LxmertTokenizer", "RetriBertTokenizer",
    "SqueezeBertTokenizer", "DPRContextEncoderTokenizer", "DPRQuestionEncoderTokenizer",
    "DPRReaderTokenizer", "PreTrainedTokenizer",
  ]

  /// Puts the file together with what the configuration says; without one it is read as that of the
  /// model without upper case, which is what the class does.
  static func tokenizer(
    _ file: [UInt8], _ configuration: TokenizerConfiguration?
  ) throws(TextError) -> TokenizerPipeline {
    var configuration = configuration ?? TokenizerConfiguration()
    if let name = configuration.tokenizerClass {
      guard family.contains(name.hasSuffix("Fast") ? String(name.dropLast(4)) : name) else {
        throw TextError(
          .unsupported,
          "the vocab.txt of a \(VisibleText.excerpt(name)) is not implemented; put the model's "
            + "tokenizer.json beside it")
      }
    }
    let marks = [
      "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
      "mask_token": "[MASK]",
    ]
    for (role, content) in marks { configuration.setDefault(role, content) }
    let normalizer: JSONValue = [
      "type": "BertNormalizer", "clean_text": true,
      "handle_chinese_chars": .bool(configuration.separatesIdeographs ?? true),
      "strip_accents": configuration.stripsAccents.map(JSONValue.bool) ?? nil,
      "lowercase": .bool(configuration.lowercases ?? true),
    ]
    let model: JSONValue = [
      "type": "WordPiece", "vocab": .object(try pieces(file)),
      "unk_token": .string(configuration.specialTokens["unk_token"] ?? "[UNK]"),
      "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
    ]
    let value = JSONValue.tokenizer(
      normalizer: normalizer, preTokenizer: ["type": "BertPreTokenizer"],
      decoder: ["type": "WordPiece", "prefix": "##", "cleanup": true], model: model)
    return try TokenizerPipeline(value, configuration) { names throws(TextError) in
      try template(configuration, names)
    }
  }

  private static func template(
    _ configuration: TokenizerConfiguration, _ names: TokenNames
  ) throws(TextError) -> JSONValue {
    func mark(_ role: String) throws(TextError) -> (token: String, id: Int) {
      guard let content = configuration.specialTokens[role], let id = names.id(of: content) else {
        throw TextError(.malformed, "“\(role)” is not in the vocabulary")
      }
      return (content, id)
    }
    return .template(before: try mark("cls_token"), after: try mark("sep_token"))
  }

  /// A piece a line without white space at its end; of pieces that come twice the last counts.
  private static func pieces(_ file: [UInt8]) throws(TextError) -> [JSONMember] {
    var pieces: [(text: String, id: Int)] = []
    var places: [[UInt8]: Int] = [:]
    for (id, line) in TextLines.split(file).enumerated() {
      var scalars = try TextLines.text(line, id + 1).unicodeScalars
      while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
      let text = String(scalars)
      if let place = places.updateValue(pieces.count, forKey: Array(text.utf8)) {
        pieces[place].id = -1
      }
      pieces.append((text, id))
    }
    return pieces.filter { $0.id >= 0 }
      .map { JSONMember(key: $0.text, value: .integer($0.id)) }
  }
}
