// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Testing

@testable import CajalReport

struct LabelTests {
  private struct Label {
    let text: String
    let left, right, baseline: Double
  }

  /// Every upright text of an image with the room it takes.
  private func labels(_ image: XMLTree) -> [Label] {
    image.elements("text").filter { $0.attributes["transform"] == nil }.map { text in
      let size = text.attributes["class"]?.hasPrefix("l") == true ? 13.0 : 12.0
      let width = TextMetrics.width(text.fullText, size: size)
      let x = text.number("x") ?? 0
      let left =
        switch text.attributes["text-anchor"] {
        case "middle": x - width / 2
        case "end": x - width
        default: x
        }
      return Label(
        text: text.fullText, left: left, right: left + width, baseline: text.number("y") ?? 0)
    }
  }

  @Test(arguments: [
    [0, 1], [0, 1e-7], [-3e9, 8e12], [0.12345, 0.12346], [1e30, 3e30], [-1e-30, 1e-30], [999, 1001],
    [0, 99_999], [-0.5, 0.5],
  ])
  func `labels of axes never touch`(range: [Double]) throws {
    let long = "a label much too long for the margin it is given, so that it is shortened"
    let series = (0..<8).map { line in
      Evidence.Curve.Series(long, x: range, y: [range[0], range[1] - Double(line) * 1e-12 * range[1]])
    }
    for scale in [Axis.Scale.linear, .logarithmic] {
      let curve = Evidence.Curve(
        title: "t", caption: "", x: Axis(long, scale: scale), y: Axis(long, scale: scale),
        series: series, baselines: [Baseline(long, range[1])])
      let figure = CurveFigure(curve: curve).body
      for image in try XMLTree.parsed("<div>\(figure.source)</div>").elements("svg") {
        let labels = labels(image)
        let width = image.number("width") ?? 0
        for (index, label) in labels.enumerated() {
          #expect(label.right <= width + 12 && label.left >= -12, "\(label) of \(range)")
          for other in labels.dropFirst(index + 1) where abs(other.baseline - label.baseline) < 11 {
            #expect(
              label.right <= other.left || other.right <= label.left, "\(label) on \(other)")
          }
        }
      }
    }
  }

  @Test func `names of points never lie on each other`() throws {
    let points = Evidence.Points(
      title: "t", caption: "", x: Axis("x"), y: Axis("y"),
      points: (0..<60).map { index in
        .init(x: Double(index % 8), y: Double(index % 9), label: "name number \(index)")
      })
    let figure = ScatterFigure(points: points).body
    for image in try XMLTree.parsed("<div>\(figure.source)</div>").elements("svg") {
      let names = labels(image).filter { $0.text.hasPrefix("name") }
      #expect(names.count > 4)
      for (index, name) in names.enumerated() {
        for other in names.dropFirst(index + 1) where abs(other.baseline - name.baseline) < 11 {
          #expect(name.right <= other.left || other.right <= name.left, "\(name) on \(other)")
        }
      }
    }
  }

  @Test func `spread labels keep their order and their distance`() {
    let places = spread([50, 51, 10, 52], gap: 10, from: 0, to: 100)
    #expect(places == [50, 60, 10, 70])
    #expect(spread([99, 100], gap: 10, from: 0, to: 100) == [90, 100])
  }

  @Test func `shortened text fits and ends in an ellipsis`() {
    let text = "a very long name of a tensor"
    let cut = TextMetrics.fitted(text, size: 12, within: 60)
    #expect(cut.hasSuffix("…") && text.hasPrefix(cut.dropLast()))
    #expect(TextMetrics.width(cut, size: 12) <= 60)
    #expect(TextMetrics.fitted("short", size: 12, within: 60) == "short")
    #expect(TextMetrics.fitted("wide", size: 12, within: 0) == "…")
  }

  @Test func `terminals give wide characters two columns and marks none`() {
    #expect(TextMetrics.columns("abc") == 3)
    #expect(TextMetrics.columns("日本") == 4)
    #expect(TextMetrics.columns("🙂") == 2)
    #expect(TextMetrics.columns("e\u{301}") == 1)
    #expect(TextMetrics.columns("👩‍👩‍👧‍👦") == 2)
  }
}
