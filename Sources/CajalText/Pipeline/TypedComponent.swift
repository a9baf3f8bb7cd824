// SPDX-License-Identifier: Apache-2.0

/// Reads the components of a `tokenizer.json`, which name their type and may be sequences of others.
enum TypedComponent {
  /// The components a member stands for, in order, with sequences laid flat; none for null.
  ///
  /// - Parameter list: The name of the member with the components of a sequence.
  static func flattened(
    _ value: JSONValue, _ path: String, list: String
  ) throws(TextError) -> [(type: String, fields: JSONFields)] {
    if value.isNull { return [] }
    var fields = try JSONFields(value, path)
    let type = try fields.takeString("type")
    guard type == "Sequence" else { return [(type, fields)] }
    let listPath = fields.path(of: list)
    let elements = try fields.take(list).array(listPath)
    try fields.close()
    var components: [(type: String, fields: JSONFields)] = []
    for (index, element) in elements.enumerated() {
      components += try flattened(element, "\(listPath)[\(index)]", list: list)
    }
    return components
  }

  /// The refusal of a type that is not implemented.
  static func unknown(_ type: String, _ path: String) -> TextError {
    TextError(
      .unsupported, "“\(path)” has the type \(VisibleText.excerpt(type)), which is not implemented")
  }
}
