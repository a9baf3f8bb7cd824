// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalCheckpoint
import CajalModel
import CajalZoo
import Foundation
import Workloads

/// What can be measured.
enum Subject: String, CaseIterable, ExpressibleByArgument {
  /// A forward pass, with more or less recorded.
  case forward
  /// Forward pass and pull-back of the loss to all weights.
  case gradients
  /// The same and one step of AdamW.
  case step
  /// Greedy generation with cached keys and values.
  case generation
  /// A patch at every layer and position.
  case patch
  /// Making a model from its files.
  case load
  /// Reading the same files.
  case read
  /// One step of AdamW alone.
  case adamw
  /// Tokens of a text.
  case tokens
  /// Tokens of a text, each with its stretch.
  case encoding
  /// Making a tokenizer from its file.
  case tokenizer
}

extension ForwardWork.Recording: ExpressibleByArgument {}
extension EncodeWork.Form: ExpressibleByArgument {}

/// The sizes of the work, and the model it is done on.
struct WorkOptions: ParsableArguments {
  @Argument(
    help: "A folder with a model; adamw needs none, tokens, encoding and tokenizer a tokenizer.")
  var model: String?
  @Option(help: "Tokens of a sequence, or of the prompt.")
  var tokens = 512
  @Option(help: "Sequences of a batch, for gradients and step.")
  var sequences = 1
  @Option(help: "Tokens to generate.")
  var made = 128
  @Option(
    help: """
      What forward keeps: \
      \(ForwardWork.Recording.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var record = ForwardWork.Recording.none
  @Option(help: "Numbers that adamw updates.")
  var count = 10_000_000
  @Option(help: "The file that tokens and encoding read.")
  var text: String?
  @Option(
    help: """
      How they read it: \
      \(EncodeWork.Form.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var form = EncodeWork.Form.lines
  @Option(help: "Threads at most.")
  var threads = 2

  /// The work, ready to be done, and what the model's weights take.
  func prepare(_ subject: Subject) throws -> (work: any Work, weightBytes: Int?) {
    if subject == .adamw { return (AdamWWork(count: count), nil) }
    guard let path = model else {
      throw ValidationError("\(subject.rawValue) needs a folder with a model")
    }
    switch subject {
    case .load: return (LoadWork(path), nil)
    case .read: return (try ReadWork(path), nil)
    case .tokenizer: return (OpenTokenizerWork(path), nil)
    case .tokens, .encoding: return (try prepareText(subject, path), nil)
    default: break
    }
    let model = try ArchitectureCatalogue.load(Checkpoint.open(path)).model
    return (try prepare(subject, model), model.weights.byteCount)
  }

  private func prepareText(_ subject: Subject, _ path: String) throws -> EncodeWork {
    guard let text else { throw ValidationError("\(subject.rawValue) needs --text") }
    return try EncodeWork(
      path, text: URL(fileURLWithPath: text), form: form, wantsOffsets: subject == .encoding,
      threads: threads)
  }

  private func prepare(_ subject: Subject, _ model: any LanguageModel) throws -> any Work {
    switch subject {
    case .forward: try ForwardWork(model, tokens: tokens, recording: record)
    case .gradients: try GradientWork(model, sequences: sequences, tokens: tokens)
    case .step: try StepWork(model, sequences: sequences, tokens: tokens)
    case .generation: try GenerationWork(model, prompt: tokens, made: made)
    case .patch: try PatchWork(model, tokens: tokens)
    case .load, .read, .adamw, .tokens, .encoding, .tokenizer:
      preconditionFailure("\(subject.rawValue) needs no model")
    }
  }
}
