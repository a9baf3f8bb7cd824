// SPDX-License-Identifier: Apache-2.0

/// What `namespace()` makes: attributes that can be set from anywhere.
final class Namespace: Object {
  private var names: [Text] = []
  private var values: [Text: Value] = [:]

  func value(of name: Text) -> Value? { values[name] }

  func set(_ name: Text, _ value: Value) throws(TextError) {
    guard name.scalars.first != "_" else {
      throw .failure(
        .security,
        "Chat templates cannot store underscore-prefixed attributes on a namespace, but got "
          + "\(Printer.representation(name)). Please rename the attribute.")
    }
    if values.updateValue(value, forKey: name) == nil { names.append(name) }
  }

  func empty() {
    names = []
    values = [:]
  }

  var members: [(key: Value, value: Value)] {
    names.map { (.text($0), values[$0] ?? .none) }
  }

  override var typeName: String { "TemplateNamespace" }
  override var qualifiedName: String {
    "transformers.utils.chat_template_utils.TemplateNamespace"
  }

  override func write(to printer: inout Printer) throws(TextError) {
    try printer.writeNamespace(self)
  }
}
