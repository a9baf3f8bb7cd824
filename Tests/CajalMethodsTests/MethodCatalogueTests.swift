// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalMethods
import CajalTestSupport
import Foundation
import Testing

/// What every method promises, held against the files it stands in.
struct MethodCatalogueTests {
  private static let sources = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/CajalMethods")

  /// The files of the library that declare a method, with what stands in them.
  private static func methodFiles() throws -> [(name: String, text: String)] {
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var found: [(String, String)] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      let name = file.deletingPathExtension().lastPathComponent
      if text.contains("struct \(name): Method {") { found.append((name, text)) }
    }
    return found
  }

  @Test func `every method file is in the catalogue and the other way round`() throws {
    let files = try Self.methodFiles().map(\.name).sorted()
    #expect(MethodCatalogue.all.map { "\($0)" }.sorted() == files)
  }

  @Test func `summary and source of a card stand in the comment of the method`() throws {
    for (name, text) in try Self.methodFiles() {
      let method = try #require(MethodCatalogue.all.first { "\($0)" == name })
      let comment = text.components(separatedBy: "public struct").first ?? ""
      #expect(comment.contains("\n/// \(method.card.summary)\n"), "\(name)")
      #expect(comment.contains("<\(method.card.source)>"), "\(name)")
      for part in ["- Source:", "- Cost:", "- Limits:"] {
        #expect(comment.contains(part), "\(name) without \(part)")
      }
    }
  }

  @Test func `options read back from their JSON form`() throws {
    func check<M: Method>(_ type: M.Type) throws {
      let data = try JSONEncoder().encode(type.init().options())
      #expect(try JSONDecoder().decode(type, from: data) == type.init())
    }
    for type in MethodCatalogue.all { try check(type) }
  }
}
