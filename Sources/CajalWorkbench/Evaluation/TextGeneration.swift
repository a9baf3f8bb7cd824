// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalTensor
import CajalText
import Foundation

/// The continuation of a text: how tokens are chosen and where it ends.
///
/// ```swift
/// var continuation = TextGeneration(limit: 100)
/// continuation.stops = ["\n\n"]
/// let result = try continuation.run(subject, after: tokens) { print($0, terminator: "") }
/// ```
public struct TextGeneration: Sendable {
  /// Tokens made at most.
  public var limit: Int
  /// How they are chosen.
  public var sampling = Sampling.greedy
  /// Strings before which the text ends.
  public var stops: [String] = []
  /// Tokens behind which it ends; they are kept.
  public var endTokens: Set<Int> = []
  /// Changes to the model at every step; `Generation` says how they act.
  public var interventions: [Intervention] = []

  /// A continuation by the likeliest tokens.
  public init(limit: Int) {
    self.limit = limit
  }

  /// What a continuation became.
  public struct Result: Sendable, Equatable {
    /// The tokens made, with the one that ended the text.
    public var tokens: [Int]
    /// The text they add to the prompt's, up to the string that ended it.
    public var text: String
    /// Why it ended.
    public var reason: Reason
    /// The string before which it ended, where one did.
    public var stop: String?
  }

  /// Why a continuation ended.
  public enum Reason: String, Sendable, Codable {
    /// As many tokens as were asked for.
    case limit
    /// A token that ends a text.
    case endToken
    /// A string that was to end it.
    case stopString
  }

  /// Makes the continuation.
  ///
  /// - Parameters:
  ///   - subject: The model and its tokenizer.
  ///   - prompt: The tokens before.
  ///   - job: Is told of every token and may end the work between two.
  ///   - onText: Is given the text piece by piece, each as soon as it is certain.
  /// - Throws: as `begin` and `Session.run`.
  public func run(
    _ subject: Subject, after prompt: [Int], job: Job = .unwatched,
    onText: (String) throws -> Void = { _ in }
  ) throws -> Result {
    var session = try begin(subject, after: prompt, job: job)
    return try session.run(job: job, onText: onText)
  }

  /// Prepares the continuation; the prompt is run when something of it is asked for.
  ///
  /// - Throws: `WorkbenchError.input` where prompt and continuation do not fit the positions that the
  ///   model has learned; `ModelError` for tokens, settings and interventions without a meaning;
  ///   `TextError` for an empty string to end at.
  public func begin(_ subject: Subject, after prompt: [Int], job: Job = .unwatched) throws
    -> Session
  {
    let shape = subject.shape
    if shape.contextIsLimit, prompt.count + limit - 1 > shape.context, prompt.count <= shape.context
    {
      throw WorkbenchError(
        .input,
        "\(limit) tokens after a prompt of \(prompt.count) do not fit the \(shape.context) positions "
          + "this model has learned; ask for at most \(shape.context - prompt.count + 1)")
    }
    var decoder = subject.tokenizer.streamingDecoder()
    let promptText = prompt.map { decoder.append($0) }.joined()
    return Session(
      promptText: promptText, options: self,
      generation: try Generation(
        subject.model, prompts: [prompt], sampling: sampling, interventions: interventions),
      decoder: decoder, stops: try StopStrings(stops))
  }
}

extension TextGeneration {
  /// A continuation under way.
  public struct Session: Sendable {
    /// The text of the prompt, but for what its last token leaves open.
    public let promptText: String
    fileprivate let options: TextGeneration
    fileprivate var generation: Generation
    fileprivate var decoder: StreamingDecoder
    fileprivate var stops: StopStrings

    /// The tokens likeliest to come next, likeliest first, with the model's own probabilities: before
    /// temperature and the like.
    public mutating func predictions(_ count: Int, job: Job = .unwatched) throws -> [Prediction] {
      Prediction.likeliest(try logits(job), count)
    }

    private mutating func logits(_ job: Job) throws -> Tensor {
      if generation.sequences[0].made.isEmpty {
        _ = try job.stage("reading \(generation.sequences[0].promptCount) tokens")
      }
      return try generation.logits()
    }

    /// Makes the tokens.
    ///
    /// - Throws: `ModelError` for logits that are no numbers and for interventions that do not fit or
    ///   have not acted by the end; `WorkbenchError.interrupted`; what `onText` throws.
    public mutating func run(
      job: Job = .unwatched, onText: (String) throws -> Void = { _ in }
    ) throws -> Result {
      var text = ""
      func give(_ piece: String) throws {
        guard !piece.isEmpty else { return }
        text += piece
        try onText(piece)
      }
      var reason = Reason.limit
      if options.limit > 0 { _ = try logits(job) }
      let stage = try job.stage("generating", total: options.limit, unit: "tokens")
      while reason == .limit, generation.sequences[0].made.count < options.limit {
        guard let token = try generation.step().first?.token else { break }
        try give(stops.append(decoder.append(token)))
        try stage.advance(to: generation.sequences[0].made.count)
        if stops.found != nil {
          reason = .stopString
        } else if options.endTokens.contains(token) {
          reason = .endToken
        }
      }
      // What the end makes certain may hold a string to end at as well.
      try give(stops.append(decoder.finish()) + (stops.found == nil ? stops.finish() : ""))
      if options.limit > 0 { try generation.finish() }
      return Result(
        tokens: Array(generation.sequences[0].made), text: text,
        reason: stops.found == nil ? reason : .stopString, stop: stops.found)
    }
  }
}
