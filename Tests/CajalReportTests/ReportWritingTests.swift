// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalReport
import Foundation
import Testing

struct ReportWritingTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func `a folder receives page and findings and nothing else`() throws {
    try withFolder { base in
      let folder = base.appending(path: "a/b")
      let report = Examples.report(Examples.shapes())
      let files = try report.write(to: folder)
      #expect(files.map(\.lastPathComponent) == ["report.html", "findings.json"])
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["findings.json", "report.html"])
      let read = try FindingsDocument(json: Data(contentsOf: files[1]))
      #expect(read == report.document)
      #expect(try String(contentsOf: files[0], encoding: .utf8) == report.rendered(as: .html))
    }
  }

  @Test func `writing again replaces the old files, and Markdown comes where asked`() throws {
    try withFolder { folder in
      try Examples.report(Examples.shapes()).write(to: folder)
      let second = Examples.report([], text: "second")
      try second.write(to: folder, markdown: true)
      let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
      #expect(try page == second.rendered(as: .html))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["findings.json", "report.html", "report.md"])
    }
  }

  @Test func `a folder that cannot be is an error that names it`() throws {
    try withFolder { base in
      let file = base.appending(path: "file")
      try Data("x".utf8).write(to: file)
      let error = #expect(throws: ReportError.self) {
        try Examples.report([]).write(to: file.appending(path: "folder"))
      }
      #expect(error?.code == .notWritable)
      #expect(error?.message.contains(file.path) == true)
    }
  }

  @Test func `a file that cannot be replaced leaves no draft behind`() throws {
    try withFolder { folder in
      let target = folder.appending(path: "report.html/inside")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      let error = #expect(throws: ReportError.self) { try Examples.report([]).write(to: folder) }
      #expect(error?.code == .notWritable)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report.html"])
    }
  }
}
