// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalReport
import Foundation
import Workloads

/// How time and memory grow, as numbers and figures.
struct GrowthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "growth",
    abstract: "Measures how time and memory grow with tokens, recorded sites and threads.",
    discussion: """
      The model has the shape of the small GPT-2, random weights and room for 2048 tokens. Every \
      point is measured in a process of its own, so that none inherits memory from another. Writes \
      growth.json and the figures, in light and dark for any page.

      Examples:
        cajal-measure growth Documentation/cost
        cajal-measure growth Documentation/cost --from Documentation/cost/growth.json
      """)

  @Argument(help: "The folder for numbers and figures.")
  var output: String
  @Option(help: "The longest sequence.")
  var longest = 2048
  @Option(help: "How often each point is measured; the best time counts.")
  var repetitions = 3
  @Option(help: "Draw these numbers instead of measuring.")
  var from: String?

  func run() throws {
    let folder = URL(fileURLWithPath: output)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let growth = try from.map { try Growth(reading: URL(fileURLWithPath: $0)) } ?? measured()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Report.writeAtomically(
      encoder.encode(growth), to: folder.appending(path: "growth.json"))
    for (name, curve) in growth.figures {
      try Report.writeAtomically(
        Data(curve.image.utf8), to: folder.appending(path: name + ".svg"))
    }
  }

  private func measured() throws -> Growth {
    try RandomCheckpoint.gpt2(context: max(1024, longest)).withFolder { folder in
      var growth = Growth()
      print(Growth.Point.header)
      for var point in Growth.plan(longest: longest) {
        let report = try MeasurementReport(
          ofProcessWith: point.arguments(model: folder.path, repetitions: repetitions))
        point.seconds = report.seconds ?? .nan
        point.peak = report.memory?.peak
        growth.weights = report.memory?.weights ?? growth.weights
        growth.points.append(point)
        print(point.row)
      }
      return growth
    }
  }
}

extension MeasurementReport {
  /// What this program reports when it is started with these arguments.
  init(ofProcessWith arguments: [String]) throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = Bundle.main.executableURL
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ValidationError(
        "\(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
    }
    self = try JSONDecoder().decode(MeasurementReport.self, from: data)
  }
}
