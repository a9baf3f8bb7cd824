// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalFinding
import CajalReport
import CajalWorkbench
import Foundation

/// `cajal scan`: the check-up of a model.
struct ScanCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Write the check-up of a model: report.html and findings.json.",
    discussion: """
      Examples:
        cajal scan models/stories260K
        cajal scan models/stories260K --text story.txt --output my-report
        cajal scan

      Without a model a small stand-in with random weights is scanned, and the report says so. \
      Older report files in the folder are replaced.
      """)

  @Argument(help: "A model: a folder with config.json and its weights, or one file of weights.")
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Also measure the loss on the text in this file; - is standard input.", valueName: "file"))
  var text: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for the report; made where there is none.", valueName: "folder"))
  var output = "cajal-report"

  @OptionGroup var general: GeneralArguments

  func work(_ job: Job, _ console: Console) throws {
    var scan = Scan()
    scan.seed = general.seed
    scan.ownText = try text.map {
      guard $0 == "-" || FileManager.default.fileExists(atPath: $0) else {
        // Elsewhere --text is the text itself.
        throw WorkbenchError(
          .input, "\($0): no such file; --text of scan names a file that holds the text")
      }
      let name = $0 == "-" ? "standard input" : URL(fileURLWithPath: $0).lastPathComponent
      return NamedText(name, try BoundedFile.text($0))
    }
    let folder = try ReportFolder(output)
    let report =
      try model.map { try scan.run(Subject.open($0, job: job), job: job) }
      ?? StandIn.withSubject(job: job) { try scan.run($0, isStandIn: true, job: job) }
    try job.checkInterruption()
    let files = try report.write(to: folder.url)
    try console.print(
      general.json
        ? String(decoding: report.document.json(), as: UTF8.self) : Self.summary(report, files))
  }

  /// About ten lines: what was found, and where to read it.
  private static func summary(_ report: Report, _ files: [URL]) -> String {
    var lines = ["\(report.title): \(report.subject)"]
    lines += report.chapters.flatMap { chapter in
      chapter.findings.map { "  " + $0.summary }
    }
    lines += files.map { "wrote \($0.path)" }
    return lines.map { Terminal.sanitized($0) }.joined(separator: "\n")
  }
}
