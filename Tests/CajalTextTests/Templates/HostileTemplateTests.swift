// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

/// Templates that want to crash or never end.
struct HostileTemplateTests {
  /// Small limits keep the tests short; the kinds of failure are those of the defaults.
  private static var limits: TemplateLimits {
    var limits = TemplateLimits()
    limits.steps = 100_000
    limits.scalars = 200_000
    return limits
  }

  /// Renders on a thread with the stack of a Dispatch worker.
  private static func code(
    of source: String, _ limits: TemplateLimits = limits
  ) async -> TextError.Code? {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        do throws(TextError) {
          _ = try ChatTemplate(source, limits: limits).render(["x": "aé"])
          continuation.resume(returning: nil)
        } catch {
          continuation.resume(returning: error.code)
        }
      }
      thread.stackSize = 512 * 1024
      thread.start()
    }
  }

  private static func nested(_ open: String, _ core: String, _ close: String, _ depth: Int)
    -> String
  {
    String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
  }

  private static let endless: [String] = [
    "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
    "{% macro f(n) %}{% for i in [1] %}{% if 1 %}{{ [('a' ~ f(n))|upper] }}{% endif %}{% endfor %}{% endmacro %}{{ f(0) }}",
    "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
    "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(90000) %}{% set ns.l = ns.l|map('string') %}{% endfor %}{{ ns.l|list }}",
    "{% set ns = namespace(d={}) %}{% for i in range(90000) %}{% set ns.d = {'a': ns.d} %}{% endfor %}",
    "{% set ns = namespace(j=1) %}{% for i in range(90000) %}{% set ns.j = joiner(ns.j) %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(90000) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{{ 'a' * 1000000000 }}", "{{ [0] * 1000000000 }}", "{{ 'a'.zfill(1000000000) }}",
    "{{ 'a'|center(1000000000) }}", "{{ [1]|tojson(indent=1000000000) }}",
    "{{ 'aaa'.replace('', 'b' * 100000) }}", "{{ '%900000d' % 1 }}", "{{ '{:900000}'.format(1) }}",
    "{{ '\\t'.expandtabs(1000000000) }}", "{{ 'a'|indent(1000000000, true) }}",
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l[:] }}{{ ns.l }}",
    "{% set ns = namespace(l=(1,)) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{% set k = [ns.l] %}{% for i in range(60) %}{% endfor %}{{ [ns.l, [ns.l, 1]]|sort }}",
  ]

  private static let deep: [String] = [
    printed(nested("(", "1", ")", 10_000)),
    printed(nested("[", "1", "]", 10_000)),
    printed(nested("{1: ", "1", "}", 10_000)),
    printed(repeated("-", 10_000, "1")),
    printed(nested("x[", "0", "]", 10_000)),
    printed(nested("f(", "", ")", 10_000)),
    printed(repeated("1 if x else ", 10_000, "1")),
    nested("{% if x %}", "a", "{% endif %}", 10_000),
    nested("{% for i in x %}", "a", "{% endfor %}", 10_000),
    "{% set \(nested("(", "a", ")", 10_000)) = x %}",
  ]

  private static func printed(_ expression: String) -> String { "{{ \(expression) }}" }

  private static func repeated(_ part: String, _ count: Int, _ end: String = "") -> String {
    String(repeating: part, count: count) + end
  }

  @Test(arguments: endless + deep)
  func `endless and exploding templates meet a limit`(source: String) async {
    #expect(await Self.code(of: source) == .exhausted)
  }

  @Test func `a range too large is refused in the sandbox's words`() {
    let error = #expect(throws: TextError.self) {
      try ChatTemplate("{{ range(10 ** 9) }}").render([:])
    }
    #expect((error?.cause as? TemplateFailure)?.kind == "OverflowError")
    #expect(
      error?.message
        == "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")
  }

  private static let long: [String] = [
    printed(repeated("1 + ", 5_000, "1")),
    printed(repeated("x ~ ", 5_000, "x")),
    printed(repeated("x and ", 5_000, "x")),
    printed(repeated("x or ", 5_000, "x")),
    printed("x" + repeated("|upper", 5_000)),
    printed("x" + repeated(".upper()", 2_000)),
    printed(repeated("not ", 5_001, "x")),
    "{% if y %}" + repeated("{% elif y %}", 5_000, "{% endif %}"),
    repeated("{# c #}", 20_000),
    repeated("{% raw %}{% endraw %}", 5_000),
  ]

  @Test(arguments: long)
  func `long templates are no deep ones`(source: String) async {
    var limits = TemplateLimits()
    limits.steps = 1_000_000
    #expect(await Self.code(of: source, limits) == nil)
  }

  @Test func `the deepest template and call that the limits allow fit a small stack`() async {
    let limits = TemplateLimits()
    let deep = "{{ " + Self.nested("[", "x", "]", 30) + " }}"
    #expect(await Self.code(of: deep, limits) == nil)
    let calls =
      "{% macro f(n) %}{% if n %}{{ [{'a': f(n - 1)|upper ~ (x if x else '')}]|tojson(indent=1) }}"
      + "{% endif %}{% endmacro %}{{ f(6) }}"
    #expect(await Self.code(of: calls, limits) == nil)
    let endless = calls.replacingOccurrences(of: "f(6)", with: "f(1000)")
    #expect(await Self.code(of: endless, limits) == .exhausted)
  }

  @Test func `values that hold themselves are printed once`() throws {
    let template = try ChatTemplate(
      "{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns }}{% macro f() %}{{ ns.f }}{% endmacro %}"
        + "{% set ns.f = f %}{{ f() }}")
    #expect(
      try template.render([:]) == "<Namespace {'me': [<Namespace {...}>]}><Macro 'f'>")
  }

  @Test func `a value nested beyond the limit is refused`() throws {
    var value = TemplateValue.list([])
    for _ in 0..<500 { value = .list([value]) }
    let template = try ChatTemplate("{{ x }}")
    let error = #expect(throws: TextError.self) { try template.render(["x": value]) }
    #expect(error?.code == .exhausted)
  }

  @Test func `mutated templates end in text or an error`() throws {
    var fuzz = try TemplateFuzz(seed: 5)
    for _ in 0..<60 { fuzz.step() }
    #expect(fuzz.outcomes.values.reduce(0, +) == 60)
    #expect(fuzz.outcomes["text", default: 0] > 0)
    #expect(fuzz.outcomes["malformed", default: 0] > 0)
  }
}
