// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Testing

struct FindingsDocumentTests {
  @Test func `every shape reads back equal, numbers that are not finite included`() throws {
    let document = Examples.document(Examples.shapes)
    let copy = try FindingsDocument(json: document.json())
    for (written, read) in zip(document.findings[0].evidence, copy.findings[0].evidence) {
      #expect(written == read, "shape \(written.shape)")
    }
    #expect(copy == document)
  }

  @Test func `a changed number makes documents unequal`() throws {
    let one = Examples.document([.curve(curve(of: [1, .nan]))])
    #expect(one != Examples.document([.curve(curve(of: [1, 2]))]))
    #expect(one != Examples.document([.curve(curve(of: [.nan, .nan]))]))
    #expect(one == Examples.document([.curve(curve(of: [1, .nan]))]))
  }

  private func curve(of values: [Double]) -> Evidence.Curve {
    Evidence.Curve(
      title: "", caption: "", x: Axis("x"), y: Axis("y"), series: [.init("", y: values)])
  }

  @Test func `equal documents give equal bytes, keys sorted`() throws {
    let data = try Examples.document(Examples.shapes).json()
    #expect(try Examples.document(Examples.shapes).json() == data)
    let text = String(decoding: data, as: UTF8.self)
    let keys = text.split(separator: "\n").compactMap { line in
      line.hasPrefix("  \"") ? line.dropFirst(3).prefix { $0 != "\"" } : nil
    }
    #expect(keys == ["findings", "schemaVersion", "subject", "tool", "version"])
  }

  @Test func `any encoder writes numbers that are not finite as words`() throws {
    let evidence = Evidence.number(.init(title: "t", caption: "", value: -.infinity))
    let data = try JSONEncoder().encode(evidence)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["value"] as? String == "-infinity")
    #expect(object["shape"] as? String == "number")
    #expect(object["interval"] == nil)
  }

  @Test func `a text that says nan stays a text beside a number that is none`() throws {
    let data = try JSONEncoder().encode(Evidence.table(Examples.table))
    guard case .table(let table) = try JSONDecoder().decode(Evidence.self, from: data) else {
      return #expect(Bool(false), "not a table")
    }
    #expect(table.rows[0][0] == .text("nan"))
    #expect(table.rows[0][1] == .number(.nan))
    #expect(table.rows[1][0] == .missing)
  }

  @Test func `a seed of 64 bits is kept exactly`() throws {
    let document = try FindingsDocument(json: Examples.document([]).json())
    #expect(document.findings[0].provenance.seed == UInt64.max)
  }

  @Test func `an unknown shape is refused by its name`() throws {
    let json = String(decoding: try Examples.document(Examples.shapes).json(), as: UTF8.self)
      .replacing("\"shape\" : \"points\"", with: "\"shape\" : \"hologram\"")
      .replacing("\"shape\": \"points\"", with: "\"shape\": \"hologram\"")
    #expect(json.contains("hologram"))
    let error = #expect(throws: FindingError.self) {
      try FindingsDocument(json: Data(json.utf8))
    }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains("hologram") == true)
  }

  @Test func `a later schema is refused with both versions`() throws {
    let json = "{\"schemaVersion\": 7}"
    let error = #expect(throws: FindingError.self) { try FindingsDocument(json: Data(json.utf8)) }
    #expect(error?.code == .unsupportedSchema)
    #expect(error?.message.contains("schema 7") == true)
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{\"schemaVersion\": \"1\"}", "{\"schemaVersion\": 1}",
    "{\"schemaVersion\": 1e99}", String(repeating: "[", count: 200_000),
  ])
  func `what is no findings document is refused without a crash`(json: String) {
    let error = #expect(throws: FindingError.self) { try FindingsDocument(json: Data(json.utf8)) }
    #expect(error?.code == .malformed)
    #expect((error?.message.count ?? 0) < 400)
  }

  @Test func `every truncation of a document is refused`() throws {
    let data = try Examples.document([Examples.shapes[1]]).json()
    for length in stride(from: 0, to: data.count - 3, by: 7) {
      #expect(throws: FindingError.self) { try FindingsDocument(json: data.prefix(length)) }
    }
  }

  @Test func `layout changes no value`() throws {
    let document = Examples.document(Examples.shapes)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let plain = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(document))
    let laidOut = try JSONDecoder().decode(JSONValue.self, from: document.json())
    #expect(laidOut == plain)
  }

  @Test func `a row of a matrix is one line`() throws {
    let panel = Evidence.Heatmap.Panel("", values: [[1, 2, 3], [4, 5, 6]])
    let heatmap = Evidence.Heatmap(
      title: "", caption: "", rowAxis: Axis("r"), columnAxis: Axis("c"), valueAxis: Axis("v"),
      panels: [panel])
    let text = String(decoding: try Examples.document([.heatmap(heatmap)]).json(), as: UTF8.self)
    #expect(text.contains("\n                [1, 2, 3],\n"))
  }

  @Test func `a table says that it is folded only where it is`() throws {
    var table = Evidence.Table(title: "t", caption: "", columns: [.init("a")], rows: [[1]])
    let open = Examples.document([.table(table)])
    table.isFolded = true
    let folded = Examples.document([.table(table)])
    #expect(try !String(decoding: open.json(), as: UTF8.self).contains("isFolded"))
    #expect(try FindingsDocument(json: folded.json()) == folded)
    #expect(try FindingsDocument(json: open.json()) == open && open != folded)
  }
}
