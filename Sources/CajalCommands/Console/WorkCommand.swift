// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalTensor
import CajalWorkbench

/// A command that does a piece of work: with threads, progress, and an end on Ctrl-C.
protocol WorkCommand: ParsableCommand {
  /// What means the same in every command.
  var general: GeneralArguments { get }
  /// Refuses arguments that do not go together, before any work begins.
  ///
  /// This is not `validate`, because ArgumentParser asks that before it looks for misspelt flags.
  func check() throws
  /// Does the work and prints its result.
  func work(_ job: Job, _ console: Console) throws
}

extension WorkCommand {
  func check() throws {}

  func run() throws {
    try general.check()
    try check()
    let console = Console.current
    let interruption = Interruption()
    let display = ProgressDisplay(console)
    let isQuiet = general.quiet
    // Results never run into the updating line.
    var clear = console
    clear.write = { text in
      display.close()
      try console.write(text)
    }
    let results = clear
    let job = Job(
      onProgress: { if !isQuiet { display.show($0) } },
      isInterrupted: { interruption.isRaised })
    do {
      try interruption.whileListening {
        try display.whileShowing {
          if let threads = general.threads {
            try Threads.with(count: threads) { try work(job, results) }
          } else {
            try work(job, results)
          }
        }
      }
    } catch {
      throw Failure(error: error, isVerbose: general.verbose)
    }
  }
}

/// What went wrong in a command, and whether its causes are wanted.
struct Failure: Error {
  let error: any Error
  let isVerbose: Bool
}
