// SPDX-License-Identifier: Apache-2.0
public import CajalText
import Foundation

/// A conversation as a model reads it: rendered by its template, with the tokens that end an answer.
public struct ChatPrompt: Sendable {
  /// The text that the template makes.
  public let text: String
  /// The tokens that the template puts behind an answer; none where it puts none.
  public let endTokens: Set<Int>

  /// Renders a conversation up to the beginning of the model's answer.
  ///
  /// What ends an answer is found by rendering one: the special token that follows it.
  ///
  /// - Throws: `TextError` where the template refuses the conversation.
  public init(
    _ conversation: Conversation, _ templates: ChatTemplates, _ tokenizer: any Tokenizer
  ) throws {
    let (name, template) = try templates.template(hasTools: conversation.tools != nil)
    var conversation = conversation
    conversation.addsGenerationPrompt = true
    conversation.specialTokens = templates.specialTokens
    do throws(TextError) {
      text = try template.render(conversation)
    } catch {
      throw TextError(
        error.code, "\(templates.path): chat template '\(name)': \(error.message)", cause: error)
    }
    endTokens = Self.endTokens(conversation, template, tokenizer)
  }

  private static func endTokens(
    _ conversation: Conversation, _ template: ChatTemplate, _ tokenizer: any Tokenizer
  ) -> Set<Int> {
    let answer = "An answer that nobody gives 1906"
    var answered = conversation
    answered.addsGenerationPrompt = false
    answered.messages.append(["role": "assistant", "content": .string(answer)])
    // A template that knows no such answers says nothing about how they end.
    guard let text = try? template.render(answered),
      let range = text.range(of: answer, options: .backwards),
      let ids = try? tokenizer.encode(String(text[range.upperBound...]), addSpecialTokens: false)
    else { return [] }
    // White space may stand before the token.
    for id in ids.prefix(3) {
      if tokenizer.isSpecial(id) { return [id] }
      let piece = tokenizer.decode([id], skipSpecialTokens: false)
      guard piece.allSatisfy(\.isWhitespace) else { break }
    }
    return []
  }
}
