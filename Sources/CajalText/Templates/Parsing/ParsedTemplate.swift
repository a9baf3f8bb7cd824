// SPDX-License-Identifier: Apache-2.0

/// A template that can run.
struct ParsedTemplate: Sendable {
  let body: Body
  /// The names of variables; the rest of the template calls them by their places here.
  let names: [Text]
  /// The variables of each part; the first is the whole.
  let layouts: [ScopeLayout]

  init(_ source: String) throws(TextError) {
    var parser = Parser(Lexer.tokens(of: source))
    body = try parser.template()
    names = parser.names
    layouts = ScopeAnalysis.layouts(of: parser.top, count: parser.partCount)
  }
}
