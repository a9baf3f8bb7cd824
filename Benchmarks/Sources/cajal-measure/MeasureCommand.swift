// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalTensor
import Foundation

/// `cajal-measure`: one measurement in a process of its own, for scripts that compare.
@main
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cajal-measure",
    abstract: "Measures how fast Cajal is, and what that costs.",
    subcommands: [OneCommand.self, GrowthCommand.self, RandomCommand.self],
    defaultSubcommand: OneCommand.self)
}

/// One measurement, as a line of JSON.
struct OneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "one", abstract: "Takes one measurement and prints it as one line of JSON.",
    discussion: """
      With --lines it reads commands, one a line, and answers each with a line of JSON, so that a \
      script can take turns between programs: "repeat" does the work once, "product" and "bandwidth" \
      measure what the machine can do, "finish" (or the end of input) prints the whole report.

      Examples:
        cajal-measure forward gpt2 --tokens 512 --record all --memory
        cajal-measure gradients llama --sequences 8 --tokens 256
      """)

  @Argument(help: "What is measured: \(Subject.allCases.map(\.rawValue).joined(separator: ", ")).")
  var subject: Subject
  @OptionGroup var work: WorkOptions
  @Option(help: "How often the work is done; the best time counts.")
  var repetitions = 5
  @Flag(help: "Also measure the peak of anonymous memory, in a repetition that is not timed.")
  var memory = false
  @Flag(inversion: .prefixedNo, help: "Measure beside it what the machine can do.")
  var machine = true
  @Flag(help: "Take commands from standard input.")
  var lines = false

  func run() throws {
    try Threads.with(count: work.threads) {
      var measurement = try TimedWork(subject, work, memory: memory)
      if lines {
        try Dialogue.hold(&measurement)
      } else {
        if machine { measurement.measureMachine() }
        for _ in 0..<repetitions { _ = try measurement.repeatOnce() }
        if machine { measurement.measureMachine() }
        print(try measurement.report().line)
      }
    }
  }
}
