// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What means the same in every command.
struct GeneralArguments: ParsableArguments {
  @Flag(help: "Print the result as JSON, with nothing around it.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Use at most this many threads; the result does not depend on it.", valueName: "n"))
  var threads: Int?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The seed of every random draw.", valueName: "n"))
  var seed: UInt64 = 0

  @Flag(help: "After an error, also print what caused it.")
  var verbose = false

  @Flag(help: "Show no progress and no notes.")
  var quiet = false

  /// Refuses what no command can work with.
  func check() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be 1 to 1024, not \(threads)")
    }
  }
}
