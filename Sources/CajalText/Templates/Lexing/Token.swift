// SPDX-License-Identifier: Apache-2.0

/// A piece of a template: plain text, a mark around a tag, or a word inside one.
struct Token {
  enum Kind: Equatable {
    case data, blockBegin, blockEnd, variableBegin, variableEnd
    case name, string, integer, real, symbol, end
    /// The template breaks the language here; who reads on meets the error.
    case failure
  }

  let kind: Kind
  /// The text, the name, the content of a string or the symbol.
  let text: Text
  let line: Int
  var integer = 0
  var real = 0.0
  var error: TextError?

  init(_ kind: Kind, _ text: Text, line: Int) {
    self.kind = kind
    self.text = text
    self.line = line
  }

  func isName(_ name: Text) -> Bool { kind == .name && text == name }

  func isSymbol(_ symbol: Text) -> Bool { kind == .symbol && text == symbol }

  /// How errors name the token.
  var description: Text {
    switch kind {
    case .data: "template data / text"
    case .blockBegin: "begin of statement block"
    case .blockEnd: "end of statement block"
    case .variableBegin: "begin of print statement"
    case .variableEnd: "end of print statement"
    case .name, .symbol: text
    case .string: "string"
    case .integer: "integer"
    case .real: "float"
    case .end, .failure: "end of template"
    }
  }
}
