// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Workloads

/// Writes a checkpoint of random weights.
struct RandomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "random", abstract: "Writes a model with random weights into a folder.")

  /// The models whose shape is known here.
  enum Shape: String, CaseIterable, ExpressibleByArgument {
    /// The small GPT-2.
    case gpt2
    /// A Llama of 15 million weights.
    case llama
  }

  @Argument(help: "Whose shape: \(Shape.allCases.map(\.rawValue).joined(separator: ", ")).")
  var shape: Shape
  @Argument(help: "The folder.")
  var folder: String
  @Option(help: "How many positions it can read; by default 1024 for gpt2 and 256 for llama.")
  var context: Int?

  func run() throws {
    let checkpoint =
      switch shape {
      case .gpt2: RandomCheckpoint.gpt2(context: context ?? 1024)
      case .llama: RandomCheckpoint.llama(context: context ?? 256)
      }
    try checkpoint.write(to: URL(fileURLWithPath: folder))
  }
}
