// SPDX-License-Identifier: Apache-2.0

/// Filters that write values: JSON and format strings.
enum FormatFilters {
  static let table: [String: Filter] = [
    "tojson": Filter(
      "_cached_compile_jinja_template.<locals>.tojson",
      ["ensure_ascii", "indent", "separators", "sort_keys"], writeJSON),
    "format": Filter("do_format", nil, format),
  ]

  private static func writeJSON(_ call: FilterCall) throws(TextError) -> Value {
    var writer = JSONText(call.rendering)
    writer.isASCII = call.isOn(0)
    writer.sortsKeys = call.isOn(3)
    if let value = call.given(1) {
      switch value {
      case .text(let text): writer.indentation = text
      default:
        let width = max(try call.whole(1, 0), 0)
        writer.indentation = try Text([]).filled(
          to: width, with: " ", before: { _, _ in 0 }, in: call.rendering)
      }
      writer.itemSeparator = ","
    }
    if let value = call.given(2) {
      let parts = try call.rendering.items(of: value)
      guard parts.count == 2, case .text(let item) = parts[0], case .text(let key) = parts[1]
      else {
        throw .failure(.value, "not enough values to unpack (expected 2, got \(parts.count))")
      }
      writer.itemSeparator = item
      writer.keySeparator = key
    }
    try writer.write(call.value)
    return .text(writer.scalars)
  }

  private static func format(_ call: FilterCall) throws(TextError) -> Value {
    guard call.arguments.positional.isEmpty || call.arguments.named.isEmpty else {
      throw .failure(
        .filterArgument, "can't handle positional and keyword arguments at the same time")
    }
    let values: Value
    if call.arguments.named.isEmpty {
      values = try .tuple(call.arguments.positional)
    } else {
      values = .mapping(try Mapping(call.arguments.named.map { (.text($0.name), $0.value) }))
    }
    return .text(try PercentFormat.filled(try call.text, with: values, in: call.rendering))
  }
}
