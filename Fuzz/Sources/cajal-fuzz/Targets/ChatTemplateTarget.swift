// SPDX-License-Identifier: Apache-2.0
import CajalText

extension FuzzTarget {
  /// A chat template, and behind a zero byte its variables in JSON.
  static let chatTemplate = FuzzTarget("chat-template") { input in
    let (source, variables) = TwoParts.of(input)
    var limits = TemplateLimits()
    (limits.steps, limits.scalars) = (200_000, 2_000_000)
    guard let template = try? ChatTemplate(String(decoding: source, as: UTF8.self), limits: limits)
    else { return }
    let values = (try? TemplateValue(json: variables)) ?? .null
    // Both orders of what a conversation and a caller give.
    _ = try? template.render(["messages": values, "add_generation_prompt": true])
    if case .object(let members) = values {
      var named: [String: TemplateValue] = [:]
      for member in members { named[member.name] = member.value }
      _ = try? template.render(named)
    }
  }
}
