// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalReport
import Testing

struct PageTests {
  private func page(_ report: Report) throws -> XMLTree {
    try XMLTree.parsed(report.rendered(as: .html))
  }

  @Test func `a page with every shape is well-formed`() throws {
    let root = try page(Examples.report(Examples.shapes()))
    #expect(root.name == "html")
    #expect(root.elements("figure").count == 22)
  }

  @Test func `an empty report is a page`() throws {
    let report = Report(title: "", subject: "", version: "", opening: [], chapters: [])
    #expect(try page(report).elements("main").count == 1)
  }

  @Test func `nothing is loaded and nothing runs`() throws {
    let source = try Examples.report(Examples.shapes()).rendered(as: .html)
    let root = try XMLTree.parsed(source)
    for element in root.all {
      #expect(!["script", "link", "img", "iframe", "image", "use", "object"].contains(element.name))
      for key in element.attributes.keys {
        #expect(!["src", "srcset", "xlink:href", "style"].contains(key) && !key.hasPrefix("on"))
      }
      if let target = element.attributes["href"] {
        #expect(element.name == "a" && (target.hasPrefix("#") || target.hasPrefix("https://")))
      }
    }
    #expect(!source.contains("url(") && !source.contains("@import"))
    #expect(source.contains("default-src 'none'") || source.contains("default-src &#39;none&#39;"))
  }

  @Test func `every image has a role, a title and a description, or is hidden`() throws {
    let images = try page(Examples.report(Examples.shapes())).elements("svg")
    #expect(images.count > 20)
    for image in images where image.attributes["aria-hidden"] != "true" {
      #expect(image.attributes["role"] == "img")
      #expect(image.attributes["aria-label"]?.isEmpty == false)
      #expect(image.children.first?.name == "title")
      #expect(image.children.dropFirst().first?.name == "desc")
      #expect(image.children.dropFirst().first?.fullText.isEmpty == false)
    }
  }

  @Test func `links lead somewhere and identifiers are unique`() throws {
    let root = try page(Examples.report(Examples.shapes()))
    let identifiers = root.all.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
    let targets = root.elements("a").compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("#") }
    #expect(targets.count == 5)
    for target in targets { #expect(identifiers.contains(String(target.dropFirst()))) }
  }

  @Test func `figures, tables and texts are numbered without gaps over all findings`() throws {
    let captions = try page(Examples.report(Examples.shapes())).elements("figcaption")
    let names = captions.compactMap { $0.elements("b").first?.fullText }
    for kind in ["Figure", "Table", "Text"] {
      let ours = names.filter { $0.hasPrefix(kind) }
      #expect(ours == (1...max(1, ours.count)).map { "\(kind) \($0). " })
    }
  }

  @Test func `every drawn figure offers its numbers as a table`() throws {
    let figures = try page(Examples.report(Examples.shapes())).elements("figure")
    for figure in figures where !["table", "text"].contains(figure.attributes["class"]) {
      let details = figure.elements("details")
      #expect(details.count == 1, "\(figure.attributes["class"] ?? "")")
      #expect(details.first?.elements("tr").isEmpty == false)
    }
  }

  @Test func `a web address as source is a link and any other source is text`() throws {
    func links(_ source: String) throws -> [String] {
      var report = Examples.report([])
      report.chapters[0].findings[0].card.source = source
      return try page(report).elements("a").compactMap { $0.attributes["href"] }
        .filter { !$0.hasPrefix("#") }
    }
    #expect(try links("https://arxiv.org/abs/2309.16042") == ["https://arxiv.org/abs/2309.16042"])
    for source in ["javascript:alert(1)", "http://a.b", "https://a b", "data:text/html,x", "Vig"] {
      #expect(try links(source) == [])
    }
  }

  @Test func `the same report gives the same page`() throws {
    let report = Examples.report(Examples.shapes())
    #expect(try report.rendered(as: .html) == Examples.report(Examples.shapes()).rendered(as: .html))
  }

  @Test func `table cells span exactly the columns of the head`() throws {
    for table in try page(Examples.report(Examples.shapes())).elements("table") {
      let width = table.elements("th").reduce(0) { $0 + Int($1.number("colspan") ?? 1) }
      for row in table.elements("tbody").flatMap({ $0.elements("tr") }) {
        #expect(row.elements("td").count == width)
      }
    }
  }
}
