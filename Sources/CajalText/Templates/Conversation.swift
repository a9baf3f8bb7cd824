// SPDX-License-Identifier: Apache-2.0

/// A conversation and all that a chat template may want to know about it.
public struct Conversation: Sendable {
  /// Which part of the last message the model goes on with.
  public enum Continuation: Sendable, Hashable {
    /// None: the model begins a message.
    case none
    /// The member `content`.
    case content
    /// Another member: `reasoning_content`.
    case member(String)
  }

  /// The messages: objects with `role`, `content` and what else the template knows.
  public var messages: [TemplateValue]
  /// The tools, each an object (a JSON schema); nil where there are none to speak of.
  public var tools: [TemplateValue]?
  /// The documents, each an object with `title` and `text`.
  public var documents: [TemplateValue]?
  /// Whether the text ends with the beginning of the model's answer.
  public var addsGenerationPrompt = false
  /// Whether the text ends inside the last message.
  public var continuation = Continuation.none
  /// The special tokens that the tokenizer names: `bos_token`, `eos_token`.
  public var specialTokens: [String: String] = [:]
  /// Further variables; one with the name of a special token takes its place.
  public var variables: [String: TemplateValue] = [:]

  /// A conversation without tools, documents and further variables.
  public init(_ messages: [TemplateValue]) { self.messages = messages }
}

extension ChatTemplate {
  /// The text that the template makes of a conversation.
  ///
  /// It behaves as `apply_chat_template(tokenize=False)`: members that are null are left out of
  /// messages, reasoning is found under its three names, and a conversation that goes on with its last
  /// message is cut where that message's text ends.
  /// - Source: `tokenization_utils_base.py` and `utils/chat_template_utils.py` of transformers.
  /// - Throws: as ``render(_:now:)-(Dictionary<String,TemplateValue>,_)``, and `failed` in the
  ///   reference's words where the conversation is not one or cannot be continued.
  public func render(
    _ conversation: Conversation, now: @escaping @Sendable () -> TemplateMoment = { .current }
  ) throws(TextError) -> String {
    var continued = try ContinuedConversation(conversation, template: source)
    var values: [Text: Value] = [
      "messages": try .list(try continued.taggedMessages()),
      "tools": try Self.objects(conversation.tools, Self.toolFault),
      "documents": try Self.objects(conversation.documents, Self.documentFault),
      "add_generation_prompt": .boolean(conversation.addsGenerationPrompt),
    ]
    let reserved = Set(values.keys)
    for (name, text) in conversation.specialTokens { values[Text(name)] = .text(text) }
    for (name, value) in conversation.variables {
      guard !reserved.contains(Text(name)) else {
        throw .failure(
          .type, "Template.render() got multiple values for keyword argument '\(name)'")
      }
      values[Text(name)] = try Value(value)
    }
    return Text(try continued.cut(try render(values, now: now))).string
  }

  private static let toolFault = TextError.failure(
    .value,
    "Tools should either be a JSON schema, or a callable function with type hints and a docstring"
      + " suitable for auto-conversion to a schema.")
  private static let documentFault = TextError.failure(
    .type, "Documents should be a list of dicts with 'title' and 'text' keys!")

  private static func objects(
    _ values: [TemplateValue]?, _ fault: TextError
  ) throws(TextError) -> Value {
    guard let values else { return .none }
    var objects: [Value] = []
    for value in values {
      guard case .object = value else { throw fault }
      objects.append(try Value(value))
    }
    return try .list(objects)
  }
}

/// The messages of a conversation, the last with a mark where the model goes on.
private struct ContinuedConversation {
  private static let mark: Text = "CONTINUE_FINAL_MESSAGE_TAG "
  private static let reasoning: [Text] = ["reasoning_content", "thinking", "reasoning"]

  private typealias Members = [(key: Value, value: Value)]

  private var messages: [Members] = []
  private let source: Text
  /// The member that is continued; nil where none is.
  private let member: Text?
  private var lastText: Text = ""

  init(_ conversation: Conversation, template: String) throws(TextError) {
    source = Text(template)
    member =
      switch conversation.continuation {
      case .none: nil
      case .content: "content"
      case .member(let name): name.isEmpty ? nil : Text(name)
      }
    guard !conversation.messages.isEmpty else {
      throw .failure(
        .value,
        "Cannot apply chat template to an empty conversation. Provide at least one message.")
    }
    guard member == nil || !conversation.addsGenerationPrompt else {
      throw .failure(
        .value,
        "continue_final_message and add_generation_prompt are not compatible. Use"
          + " continue_final_message when you want the model to continue the final message, and"
          + " add_generation_prompt when you want to add a header that will prompt it to start a"
          + " new assistant message instead.")
    }
    for message in conversation.messages {
      let value = try Value(message)
      guard case .mapping(let mapping) = value else {
        throw .failure(.attribute, "'\(value.typeName)' object has no attribute 'items'")
      }
      messages.append(Self.withReasoning(mapping.members.filter { !$0.value.isNone }))
    }
  }

  private static func value(_ name: Text, in members: Members) -> Value? {
    members.first { if case .text(name) = $0.key { true } else { false } }?.value
  }

  private static func set(_ name: Text, _ value: Value, in members: inout Members) {
    let place = members.firstIndex { if case .text(name) = $0.key { true } else { false } }
    if let place { members[place].value = value } else { members.append((.text(name), value)) }
  }

  /// Reasoning under the names that templates read, whatever name it came under.
  private static func withReasoning(_ members: Members) -> Members {
    let found = reasoning.lazy.compactMap { value($0, in: members) }.first
    guard let found else { return members }
    var result: Members = [(.text("thinking"), value("thinking", in: members) ?? found)]
    result += members.filter { if case .text("thinking") = $0.key { false } else { true } }
    set("reasoning_content", found, in: &result)
    return result
  }

  mutating func taggedMessages() throws(TextError) -> [Value] {
    if let member { try tag(member) }
    var values: [Value] = []
    for message in messages { values.append(.mapping(try Mapping(message))) }
    return values
  }

  private mutating func tag(_ member: Text) throws(TextError) {
    var last = messages[messages.count - 1]
    guard let content = Self.value(member, in: last) else {
      throw .failure(
        .value,
        "continue_final_message is set but the final message has no \"\(member.string)\" to"
          + " continue!")
    }
    var members = [member]
    if Self.reasoning.contains(member) {
      members = Self.reasoning.filter { name in
        Self.value(name, in: last).map { Comparison.areEqual($0, content) } ?? false
      }
    }
    guard members.contains(where: source.contains) else {
      throw .failure(
        .value,
        "continue_final_message is set to \"\(member.string)\" but this is not an accepted field in"
          + " the chat_template")
    }
    let tagged = try tagged(content)
    for name in members { Self.set(name, tagged, in: &last) }
    messages[messages.count - 1] = last
  }

  /// A text, or the last text among blocks of content, with the mark after it.
  private mutating func tagged(_ content: Value) throws(TextError) -> Value {
    switch content {
    case .text(let text):
      lastText = text
      return .text(text.scalars + Self.mark.scalars)
    case .list(let elements):
      var blocks = elements.items
      for place in blocks.indices.reversed() {
        guard case .mapping(let mapping) = blocks[place], mapping["text"] != nil else { continue }
        guard case .text(let text)? = mapping["text"] else {
          throw Self.unjoinable(mapping["text"])
        }
        lastText = text
        var members = mapping.members
        Self.set("text", .text(text.scalars + Self.mark.scalars), in: &members)
        blocks[place] = .mapping(try Mapping(members))
        return try .list(blocks)
      }
      throw .failure(
        .value,
        "continue_final_message is set but we could not find any text to continue in the final"
          + " message!")
    default: throw Self.unjoinable(content)
    }
  }

  private static func unjoinable(_ value: Value?) -> TextError {
    .failure(
      .type,
      "unsupported operand type(s) for +: '\((value ?? .none).typeName)' and 'str'")
  }

  /// The text up to the mark.
  func cut(_ scalars: [Unicode.Scalar]) throws(TextError) -> [Unicode.Scalar] {
    guard member != nil else { return scalars }
    let rendered = Text(scalars)
    let mark = Self.mark.trimmed(where: PythonCharacter.isSpace)
    let wanted = lastText.trimmed(where: PythonCharacter.isSpace)
    guard rendered.contains(wanted),
      let place = rendered.lastIndex(of: mark, from: 0, to: rendered.count)
    else {
      throw .failure(
        .value,
        "continue_final_message is set but the final message does not appear in the chat after"
          + " applying the chat template! This can happen if the chat template deletes portions of"
          + " the final message. Please verify the chat template and final message in your chat to"
          + " ensure they are compatible.Final message to continue: \(wanted.string)\nRendered"
          + " chat:\n\(rendered.string)")
    }
    let before = Text(scalars[..<place])
    let keepsSpace = scalars[place...].starts(with: Self.mark.scalars)
    return keepsSpace
      ? before.scalars
      : before.trimmed(leading: false, where: PythonCharacter.isSpace).scalars
  }
}
