// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalCheckpoint
import CajalFinding
import CajalMethods
import CajalModel
import CajalReport
import CajalText
import CajalWorkbench
import Foundation

/// The program behind `cajal`: reads arguments, runs a command, and turns every outcome into an exit
/// code in this one place.
public enum CommandLineProgram {
  /// Runs the command that the process was started with and ends the process.
  public static func main() -> Never {
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs a command on the current console.
  ///
  /// - Returns: 0 done, 1 failed, 64 wrong usage, 130 interrupted.
  static func run(_ arguments: [String]) -> Int32 {
    let console = Console.current
    do {
      try refuseUnknownCommand(arguments.first)
      var command = try CajalCommand.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as Failure {
      return report(failure, to: console)
    } catch {
      return report(usage: error, of: arguments.first, to: console)
    }
  }

  private static var commandNames: [String] {
    CajalCommand.configuration.subcommands.map { $0._commandName }
  }

  /// ArgumentParser suggests misspelt flags and not misspelt commands.
  private static func refuseUnknownCommand(_ word: String?) throws {
    guard let word, !word.hasPrefix("-"), word != "help", !commandNames.contains(word) else {
      return
    }
    let meant = Suggestion.nearest(to: word, in: commandNames).map { "did you mean '\($0)'?" }
    throw ValidationError(
      "there is no command '\(word)'; "
        + (meant ?? "there are \(commandNames.joined(separator: ", "))"))
  }

  private static func report(_ failure: Failure, to console: Console) -> Int32 {
    console.writeError("cajal: \(line(of: failure.error))\n")
    if failure.isVerbose {
      var cause = cause(of: failure.error)
      while let error = cause {
        console.writeError("  because: \(line(of: error))\n")
        cause = self.cause(of: error)
      }
    }
    return (failure.error as? WorkbenchError)?.code == .interrupted ? 130 : 1
  }

  /// Help and version are results; everything else about arguments is an error of one line.
  private static func report(
    usage error: any Error, of word: String?, to console: Console
  ) -> Int32 {
    let code = CajalCommand.exitCode(for: error)
    if code == .success {
      do {
        try console.print(CajalCommand.fullMessage(for: error))
        return 0
      } catch {
        return report(Failure(error: error, isVerbose: false), to: console)
      }
    }
    let message = CajalCommand.message(for: error)
    let command = word.flatMap { commandNames.contains($0) ? " \($0)" : nil } ?? ""
    console.writeError(
      "cajal: \(Terminal.sanitized(sentence(oneLine(message)))) 'cajal\(command) --help'\n")
    return code.rawValue
  }

  /// ArgumentParser's sentence in the form of ours, up to where help is found.
  private static func sentence(_ message: String) -> String {
    let start = message.prefix(1).lowercased() + message.dropFirst()
    return start.hasSuffix("?") || start.hasSuffix(".") ? start + " See" : start + "; see"
  }

  /// An error in one line that a terminal may show.
  private static func line(of error: any Error) -> String {
    Terminal.sanitized(oneLine(text(of: error)))
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case let error as DecodingError: return "malformed JSON: \(error)"
    case let error as any CustomStringConvertible & Error where !(error is CocoaError):
      return error.description
    default: return (error as NSError).localizedDescription
    }
  }

  private static func cause(of error: any Error) -> (any Error)? {
    switch error {
    case let error as WorkbenchError: error.cause
    case let error as CheckpointError: error.cause
    case let error as ModelError: error.cause
    case let error as TextError: error.cause
    case let error as MethodError: error.cause
    case let error as ReportError: error.cause
    case let error as FindingError: error.cause
    default: (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    }
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: " ")
  }
}
