// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench
import Testing

@testable import CajalCommands

struct UsageTests {
  @Test func `the version stands alone`() {
    let run = Invocation.of("--version")
    #expect(run.output == Program.version + "\n" && run.errors.isEmpty && run.exitCode == 0)
  }

  @Test(arguments: [
    [], ["scan"], ["inspect"], ["run"], ["record"], ["patch"], ["tokenize"],
    ["chat-template"],
  ])
  func `help shows an example of the command`(command: [String]) {
    let run = Invocation.of(command + ["--help"])
    let name = (["cajal"] + command).joined(separator: " ")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(run.output.contains("Examples:"))
    #expect(run.output.contains("\n  \(name)"), "an example begins with the command")
    #expect(run.output.contains("USAGE: \(name) "))
    let lines = run.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE: ") }
    #expect(lines.allSatisfy { $0.count <= 80 })
    let examples = lines.filter { $0.hasPrefix("  cajal ") }
    #expect(examples.allSatisfy { $0.last != "-" && $0.filter { $0 == "\"" }.count % 2 == 0 })
  }

  @Test func `help names the exit codes and every command`() {
    let help = Invocation.of("--help").output
    #expect(help.contains("0 done, 1 failed, 64 wrong usage, 130 interrupted"))
    for command in ["scan", "inspect", "run", "record", "patch", "tokenize", "chat-template"] {
      #expect(help.contains("\n  \(command) "))
    }
  }

  @Test(arguments: [
    (["rnu"], "cajal: there is no command 'rnu'; did you mean 'run'? See 'cajal --help'\n"),
    (
      ["dance"],
      "cajal: there is no command 'dance'; there are scan, inspect, run, record, patch, "
        + "tokenize, chat-template; "
        + "see 'cajal --help'\n"
    ),
    (
      ["run", "m", "--txt", "a"],
      "cajal: unknown option '--txt'. Did you mean '--text'? See 'cajal run --help'\n"
    ),
    (
      ["run", "--text", "a"], "cajal: missing expected argument '<model>'; see 'cajal run --help'\n"
    ),
    (
      ["run", "m"],
      "cajal: say what to run on: --text, --tokens, --file, --chat or --messages; "
        + "see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--tokens", "1"],
      "cajal: --text, --tokens, --file, --chat and --messages exclude each other; give one; "
        + "see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--tokens", "1", "--no-special-tokens"],
      "cajal: --no-special-tokens is about texts; --tokens are taken as they are; "
        + "see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--top=-1"],
      "cajal: --top must not be negative; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--top", "-1"],
      "cajal: --top must not be negative; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--greedy", "-5"],
      "cajal: --greedy must not be negative; see 'cajal run --help'\n"
    ),
    (
      ["scan", "--threads", "-1"],
      "cajal: --threads must be 1 to 1024, not -1; see 'cajal scan --help'\n"
    ),
    (
      ["scan", "--seed", "-1"],
      "cajal: the value '-1' is invalid for '--seed <n>'; see 'cajal scan --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--greedy", "3", "--sample", "3"],
      "cajal: --greedy and --sample exclude each other; give one; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--sample", "-1"],
      "cajal: --sample must not be negative; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--greedy", "3", "--top-p", "0.9"],
      "cajal: --top-p needs a draw: add --sample n; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--stop", "x"],
      "cajal: --stop needs a continuation: add --greedy n or --sample n; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--greedy", "3", "--stop", ""],
      "cajal: --stop needs some text to end before; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--sample", "3", "--top-p", "1.5"],
      "cajal: top p must be from 0 to 1, not 1.5; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--sample", "3", "--top-k", "0"],
      "cajal: top k of 0 leaves no token; it must be at least 1; see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--stop-at-end"],
      "cajal: --stop-at-end needs a continuation: add --greedy n or --sample n; "
        + "see 'cajal run --help'\n"
    ),
    (
      ["inspect", "m", "--threads", "0"],
      "cajal: --threads must be 1 to 1024, not 0; see 'cajal inspect --help'\n"
    ),
    (
      ["record", "m", "--tokens", "1"],
      "cajal: missing expected argument '--output <file>'; see 'cajal record --help'\n"
    ),
    (
      ["patch", "m", "--clean", "a", "--corrupt", "b"],
      "cajal: missing expected argument '--metric <metric>'; see 'cajal patch --help'\n"
    ),
    (
      ["patch", "m", "--clean", "a", "--metric", "loss"],
      "cajal: give both prompts: --corrupt or --corrupt-tokens is missing; "
        + "see 'cajal patch --help'\n"
    ),
    (
      ["patch", "m", "--clean", "a", "--clean-tokens", "1", "--corrupt", "b", "--metric", "loss"],
      "cajal: --clean and --clean-tokens exclude each other; give one; see 'cajal patch --help'\n"
    ),
    (
      [
        "patch", "m", "--clean-tokens", "1", "--corrupt-tokens", "2", "--metric", "loss",
        "--no-special-tokens",
      ],
      "cajal: --no-special-tokens is about texts; tokens are taken as they are; "
        + "see 'cajal patch --help'\n"
    ),
    (
      ["patch", "m", "--clean", "a", "--corrupt", "b", "--metric", "loss", "--top", "-1"],
      "cajal: --top must not be negative; see 'cajal patch --help'\n"
    ),
    (
      ["run", "m", "--text", "a", "--system", "b"],
      "cajal: --system needs --chat; --messages have their own system message; "
        + "see 'cajal run --help'\n"
    ),
    (
      ["run", "m", "--chat", "a", "--no-special-tokens"],
      "cajal: --no-special-tokens is about texts; a chat template puts its own; "
        + "see 'cajal run --help'\n"
    ),
    (
      ["chat-template", "m", "--messages", "-", "--tools", "-"],
      "cajal: only one file can be standard input; see 'cajal chat-template --help'\n"
    ),
    (
      ["chat-template", "m"],
      "cajal: missing expected argument '--messages <file>'; see 'cajal chat-template --help'\n"
    ),
    (
      ["tokenize", "m", "--text", "a", "--file", "b"],
      "cajal: --text and --file exclude each other; give one; see 'cajal tokenize --help'\n"
    ),
    (
      ["tokenize", "m", "--text", "a", "--json-lines"],
      "cajal: --json-lines reads --file or standard input and no --text; "
        + "see 'cajal tokenize --help'\n"
    ),
    (
      ["tokenize", "m", "--keep-special-tokens"],
      "cajal: --keep-special-tokens is about --decode; --no-special-tokens is not; "
        + "see 'cajal tokenize --help'\n"
    ),
  ])
  func `wrong usage is one line and 64`(arguments: [String], line: String) {
    let run = Invocation.of(arguments)
    #expect(run.errors == line)
    #expect(run.output.isEmpty && run.exitCode == 64)
  }
}
