// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands

/// The program as a process of its own, where it was built beside these tests.
struct ProcessTests {
  private static let program: URL? = {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    var folder = beside
    for _ in 0..<4 {
      let file = folder.appendingPathComponent("cajal")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder),
        !isFolder.boolValue
      {
        return file
      }
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }()

  private func start(_ arguments: [String], in folder: TemporaryFolder) throws -> (
    Process, Pipe, Pipe
  ) {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return (process, output, errors)
  }

  private func text(_ pipe: Pipe) -> String {
    String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  @Test(.enabled(if: program != nil)) func `results and errors go to their own streams`() throws {
    let folder = try TemporaryFolder.withModel()
    let (good, output, noErrors) = try start(
      ["run", "model", "--tokens", "1 2", "--json"], in: folder)
    let json = text(output)
    good.waitUntilExit()
    #expect(good.terminationStatus == 0 && json.hasPrefix("{") && text(noErrors).isEmpty)
    let (bad, noOutput, errors) = try start(["run", "absent", "--tokens", "1"], in: folder)
    bad.waitUntilExit()
    #expect(bad.terminationStatus == 1 && text(noOutput).isEmpty)
    #expect(text(errors) == "cajal: absent: does not exist; name a folder or a file of weights\n")
  }

  @Test(.enabled(if: program != nil)) func `the default folder of a report lies where one stands`()
    throws
  {
    let folder = try TemporaryFolder()
    let (process, output, _) = try start(["scan"], in: folder)
    _ = text(output)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(
      folder.exists("cajal-report/report.html") && folder.exists("cajal-report/findings.json"))
  }

  @Test(.enabled(if: program != nil)) func `Ctrl-C ends the work with 130 and leaves no file`()
    throws
  {
    let folder = try TemporaryFolder.withModel()
    // Far more tokens than can be made in the meantime.
    let (process, output, errors) = try start(
      ["run", "model", "--tokens", "1", "--greedy", "100000", "--quiet"], in: folder)
    Thread.sleep(forTimeInterval: 1.5)
    process.interrupt()
    // A process that does not listen must not keep the tests from ending.
    let identifier = process.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + 20) { kill(identifier, SIGKILL) }
    let (written, line) = (text(output), text(errors))
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(written.hasPrefix("model · Llama · 1 token\n") && written.hasSuffix("\n"))
    #expect(line == "cajal: interrupted; the text is not finished\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["model"])
  }

  // MARK: Tokens

  private static let hasFullDevice = FileManager.default.fileExists(atPath: "/dev/full")

  @Test(.enabled(if: program != nil && hasFullDevice))
  func `a full disk is an error of one line`() throws {
    let folder = try TemporaryFolder.withModel()
    let process = Process()
    let errors = Pipe()
    process.executableURL = Self.program
    process.arguments = ["tokenize", "model", "--text", "a"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = errors
    try process.run()
    let line = text(errors)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(line == "cajal: standard output cannot be written\n")
  }

  @Test(.enabled(if: program != nil)) func `a reader that has enough ends the program silently`()
    throws
  {
    let folder = try TemporaryFolder.withModel()
    let long = String(repeating: "many words ", count: 20_000)
    try Data(long.utf8).write(to: folder.url.appendingPathComponent("long.txt"))
    let (process, output, errors) = try start(
      ["tokenize", "model", "--file", "long.txt", "--quiet"], in: folder)
    let first = try output.fileHandleForReading.read(upToCount: 8)
    try output.fileHandleForReading.close()
    #expect(first == Data("0\t0\t0\t<s".utf8.prefix(8)))
    #expect(text(errors).isEmpty)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGPIPE)
  }

  @Test(.enabled(if: program != nil))
  func `a line is answered before the next one comes, and Ctrl-C ends the waiting`() throws {
    let folder = try TemporaryFolder.withModel()
    let process = Process()
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process.executableURL = Self.program
    process.arguments = ["tokenize", "model", "--json-lines"]
    process.currentDirectoryURL = folder.url
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // A process that does not answer must not keep the tests from ending.
    let identifier = process.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + 30) { kill(identifier, SIGKILL) }
    for letter in ["a", "b"] {
      try input.fileHandleForWriting.write(contentsOf: Data("\"\(letter)\"\n".utf8))
      let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      #expect(answer.hasSuffix("\"decoded\": \"\(letter)\"}\n"), "\(answer)")
    }
    process.interrupt()
    let line = text(errors)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(line == "cajal: interrupted; nothing was written\n")
  }
}
