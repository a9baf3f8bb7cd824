// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the command line says to us: `--target=NAME`, `--tokenizers=FOLDER`.
struct FuzzOptions {
  /// What is fed.
  let target: FuzzTarget
  /// Where tokenizers lie that texts are given to.
  let tokenizers: URL

  init(_ arguments: [String]) {
    var values: [Substring: Substring] = [:]
    for argument in arguments where argument.hasPrefix("--") {
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    guard let name = values["target"], let target = FuzzTarget.all.first(where: { $0.name == name })
    else {
      Self.refuse("--target=NAME: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
    self.target = target
    tokenizers = URL(fileURLWithPath: String(values["tokenizers"] ?? "."))
  }

  /// Ends the process as one that was called wrongly.
  static func refuse(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
  }
}

/// A parser, or a property, that is fed with what libFuzzer comes up with.
struct FuzzTarget: Sendable {
  /// How it is called on the command line.
  let name: String
  /// Prepares it: what comes back is called with every input.
  let prepare: @Sendable (FuzzOptions) throws -> @Sendable ([UInt8]) -> Void

  /// A target that needs no preparation.
  init(_ name: String, _ body: @escaping @Sendable ([UInt8]) -> Void) {
    self.init(name, preparing: { _ in body })
  }

  /// A target that prepares something.
  init(
    _ name: String,
    preparing prepare: @escaping @Sendable (FuzzOptions) throws -> @Sendable ([UInt8]) -> Void
  ) {
    (self.name, self.prepare) = (name, prepare)
  }

  /// All there are.
  static let all: [FuzzTarget] = [
    .json, .tokenizerJSON, .tokenizerConfiguration, .sentencePiece, .gguf, .ranks, .wordPieces,
    .bytePairFiles, .llama2C, .vocabularyList, .pattern, .chatTemplate, .encode,
  ]
}

/// What must hold whatever the input is.
enum Property {
  /// Ends the process, so that libFuzzer keeps the input.
  static func hold(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fail(message()) }
  }

  /// Ends the process, so that libFuzzer keeps the input.
  static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("property broken: \(message)\n".utf8))
    abort()
  }
}

/// Inputs that consist of two parts.
enum TwoParts {
  /// What stands before the first zero byte, and what stands behind it.
  static func of(_ input: [UInt8]) -> (first: [UInt8], second: [UInt8]) {
    guard let end = input.firstIndex(of: 0) else { return (input, []) }
    return (Array(input[..<end]), Array(input[(end + 1)...]))
  }
}
