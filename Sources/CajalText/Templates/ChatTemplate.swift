// SPDX-License-Identifier: Apache-2.0

/// A chat template: the text in Jinja's language with which a model's repository says how a
/// conversation becomes the text that the model reads.
///
/// It renders, character for character, what transformers 5 renders with Jinja 3.1: text and tags with
/// `trim_blocks` and `lstrip_blocks`, Jinja's expressions, filters, tests, macros and loops with
/// Python's meaning of every operation, `break` and `continue`, the `generation` tag, `tojson` as
/// `json.dumps` writes, `raise_exception`, `strftime_now`, and the immutable sandbox.
///
///     let template = try ChatTemplate("{% for m in messages %}{{ m.content }}\n{% endfor %}")
///     try template.render(["messages": [["role": "user", "content": "Hello"]]])  // "Hello\n"
///
/// - Source: Jinja 3.1 <https://jinja.palletsprojects.com/en/stable/templates/>,
///   `utils/chat_template_utils.py` of transformers.
/// - Cost: linear in the text that the template makes on its way; see ``TemplateLimits``.
/// - Differences: the reference works out constants before it runs a template. It therefore prints
///   nothing where a template slices a number that it spells out, and overlooks an unknown filter in a
///   part of a constant that does not count; here both are errors.
/// - Limits, each refused by name: the tags `include`, `import`, `from`, `extends`, `block` and
///   `autoescape`; the filters `attr`, `filesizeformat`, `pprint`, `random`, `urlize`, `wordwrap` and
///   `xmlattr`; the function `lipsum`; methods of texts that make bytes or tables; whole numbers beyond
///   64 bits; complex numbers; half surrogate pairs. Deeper nesting than the limits allow is refused
///   where Python goes on. What Python prints with an address in memory prints without one.
public struct ChatTemplate: Sendable {
  /// The template as the repository has it.
  public let source: String
  /// What the template may use up.
  public let limits: TemplateLimits
  let parsed: ParsedTemplate

  /// Reads a template.
  ///
  /// - Throws: `malformed` with the line where the template breaks the language (its cause is a
  ///   ``TemplateFailure`` in the reference's words), `unsupported` where it uses something named
  ///   above, `exhausted` where it nests too deep.
  public init(_ source: String, limits: TemplateLimits = TemplateLimits()) throws(TextError) {
    self.source = source
    self.limits = limits
    parsed = try ParsedTemplate(source)
  }

  /// The text that the template makes of variables.
  ///
  /// `now` is asked by `strftime_now` only.
  /// - Throws: `refused` with exactly the message that the template gives to `raise_exception`;
  ///   `failed` where an operation is not possible, worded as the reference words it, with a
  ///   ``TemplateFailure`` as the cause; `exhausted` where a limit is met; `unsupported`.
  public func render(
    _ variables: [String: TemplateValue],
    now: @escaping @Sendable () -> TemplateMoment = { .current }
  ) throws(TextError) -> String {
    var values: [Text: Value] = [:]
    for (name, value) in variables { values[Text(name)] = try Value(value) }
    return Text(try render(values, now: now)).string
  }

  func render(
    _ variables: [Text: Value], now: @escaping @Sendable () -> TemplateMoment
  ) throws(TextError) -> [Unicode.Scalar] {
    try Rendering(parsed, variables, limits, now).run()
  }
}
