// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation

/// Changes templates at random and renders them: whatever comes of it, nothing may crash.
///
/// The same seed takes the same way. A fuzzer can hand its bytes to ``run(_:)``.
struct TemplateFuzz {
  private var state: UInt64
  private let sources: [[UInt8]]
  private let conversations: [Conversation]
  /// How often each kind of end was met.
  private(set) var outcomes: [String: Int] = [:]

  private static let pieces = [
    "{{", "}}", "{%", "%}", "{#", "#}", "-", "|", "(", ")", "[", "]", "{", "}", ".", "'", "\"",
    "\\",
    "~", "**", "//", ",", ":", "=", "is ", "not ", "in ", "if ", "else ", "for ", "endfor", "endif",
    "macro f(a)", "endmacro", "set ", "loop", "loop(", "f(", "recursive", "namespace(", "range(9)",
    "messages", "tojson", "map(", "1e999", "-9223372036854775808", "0x", "none", "\u{0}", "é", "😀",
    "{% raw %}", "{% endraw %}", "{% call f() %}", "{% filter upper %}", "[::-1]", "'%*d'%", "*x",
    "groupby(", "sort", "{:", ".format(", "break", "continue", "caller()", "|list",
  ]

  init(seed: UInt64) throws {
    state = seed
    let fixture = try TemplateFixture.committed()
    sources = fixture.templates.map { Array($0.source.utf8) }
    let tokens = fixture.content["special_tokens"]
    conversations = fixture.content["conversations"].members.map {
      Conversation($0.value, specialTokens: tokens)
    }
  }

  /// SplitMix64.
  private mutating func random(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ (value >> 31)) % UInt64(bound))
  }

  mutating func step() {
    var bytes = sources[random(sources.count)]
    for _ in 0..<(1 + random(4)) {
      let place = random(bytes.count + 1)
      switch random(4) {
      case 0: bytes.removeSubrange(place..<min(place + 1 + random(20), bytes.count))
      case 1: bytes.insert(contentsOf: Self.pieces[random(Self.pieces.count)].utf8, at: place)
      case 2:
        let start = random(bytes.count + 1)
        let part = Array(bytes[start..<min(start + 1 + random(80), bytes.count)])
        bytes.insert(contentsOf: part, at: place)
      default: if place < bytes.count { bytes[place] = UInt8(random(256)) }
      }
      if bytes.isEmpty { bytes = Array("{{".utf8) }
    }
    outcomes[Self.run(bytes, conversations[random(conversations.count)]), default: 0] += 1
  }

  /// The kind of end that a template of any bytes meets.
  static func run(_ bytes: [UInt8], _ conversation: Conversation) -> String {
    var limits = TemplateLimits()
    limits.steps = 20_000
    limits.scalars = 200_000
    do throws(TextError) {
      let source = String(decoding: bytes, as: UTF8.self)
      _ = try ChatTemplate(source, limits: limits).render(conversation, now: TemplateFixture.clock)
      return "text"
    } catch {
      return "\(error.code)"
    }
  }
}
