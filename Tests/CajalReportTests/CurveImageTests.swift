// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalReport
import Testing

struct CurveImageTests {
  private let curve = Evidence.Curve(
    title: "Time <&> size", caption: "", x: Axis("size"), y: Axis("time", unit: "s"),
    series: [.init("slow", y: [1, 2, 3]), .init("fast", y: [1, 1, 2])],
    baselines: [Baseline("best", 1)])

  @Test func `the image of a curve is one well-formed drawing that names its lines`() throws {
    let image = try XMLTree.parsed(curve.image)
    #expect(image.name == "svg" && image.attributes["aria-label"] == "Time <&> size")
    #expect(image.elements("path").count { $0.attributes["class"]?.hasPrefix("ln ") ?? false } == 2)
    let texts = image.elements("text").map(\.fullText)
    for name in ["slow", "fast", "best 1", "size"] { #expect(texts.contains(name)) }
  }

  @Test func `the image of a curve has rules for every style it uses`() throws {
    let image = try XMLTree.parsed(curve.image)
    let rules = image.elements("style").map(\.fullText).joined()
    let used = image.all.compactMap { $0.attributes["class"] }.flatMap { $0.split(separator: " ") }
    #expect(Set(used).count > 5)
    for style in Set(used) { #expect(rules.contains(".\(style)"), "\(style)") }
    #expect(rules.contains("prefers-color-scheme:dark") && !rules.contains("url("))
  }
}
