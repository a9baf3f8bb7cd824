// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalModel
import CajalWorkbench

/// How a text is continued.
struct GenerationArguments: ParsableArguments {
  // A negative number is a value like any other, so that it is refused as one.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Continue by n tokens, each the likeliest.", valueName: "n"))
  var greedy: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Continue by n tokens, each drawn by its probability; --seed decides the draws.",
      valueName: "n"))
  var sample: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Divide the logits before a draw: below 1 is surer, above 1 wilder, 0 the likeliest (default: 1).",
      valueName: "t"))
  var temperature: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw from the k likeliest tokens alone.", valueName: "k"))
  var topK: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw from the likeliest tokens that together have probability p.", valueName: "p"))
  var topP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw from tokens at least m times as probable as the likeliest.", valueName: "m"))
  var minP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Make tokens that are already there less likely; 1 changes nothing, 1.1 to 1.3 is usual.",
      valueName: "r"))
  var repetitionPenalty: Double?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "End the continuation before this text; may be given several times.", valueName: "text"))
  var stop: [String] = []

  @Flag(help: "End the continuation behind a token that ends a text.")
  var stopAtEnd = false

  /// Tokens to make.
  var limit: Int { greedy ?? sample ?? 0 }

  /// Refuses what does not go together, in the words of the command line.
  func check() throws {
    for (name, value) in [("--greedy", greedy), ("--sample", sample)] where value ?? 0 < 0 {
      throw ValidationError("\(name) must not be negative")
    }
    if greedy != nil, sample != nil {
      throw ValidationError("--greedy and --sample exclude each other; give one")
    }
    let ofDraws: [(String, Bool)] = [
      ("--temperature", temperature != nil), ("--top-k", topK != nil), ("--top-p", topP != nil),
      ("--min-p", minP != nil),
    ]
    if let name = ofDraws.first(where: { $0.1 })?.0, sample == nil {
      throw ValidationError("\(name) needs a draw: add --sample n")
    }
    let ofContinuations: [(String, Bool)] = [
      ("--repetition-penalty", repetitionPenalty != nil), ("--stop", !stop.isEmpty),
      ("--stop-at-end", stopAtEnd),
    ]
    if let name = ofContinuations.first(where: { $0.1 })?.0, limit == 0 {
      throw ValidationError("\(name) needs a continuation: add --greedy n or --sample n")
    }
    if stop.contains("") { throw ValidationError("--stop needs some text to end before") }
    do throws(ModelError) {
      try sampling(seed: 0).check()
    } catch {
      throw ValidationError(error.message)
    }
  }

  /// How tokens are chosen.
  func sampling(seed: UInt64) -> Sampling {
    var sampling = sample == nil ? Sampling.greedy : Sampling()
    if let temperature { sampling.temperature = temperature }
    sampling.topK = topK
    sampling.topP = topP ?? sampling.topP
    sampling.minP = minP ?? sampling.minP
    sampling.repetitionPenalty = repetitionPenalty ?? sampling.repetitionPenalty
    sampling.seed = seed
    return sampling
  }

  /// The continuation that is asked for.
  ///
  /// - Throws: `WorkbenchError.input` where the model names no token that ends a text.
  func generation(
    _ subject: Subject, _ interventions: [Intervention], seed: UInt64
  ) throws -> TextGeneration {
    var generation = TextGeneration(limit: limit)
    generation.sampling = sampling(seed: seed)
    generation.stops = stop
    generation.endTokens = stopAtEnd ? subject.endTokens : []
    generation.interventions = interventions
    if stopAtEnd && generation.endTokens.isEmpty {
      throw WorkbenchError(
        .input, "this model names no token that ends a text; leave --stop-at-end out")
    }
    return generation
  }

  /// `each token the likeliest`, `drawn with seed 7, temperature 0.8, top k 40`.
  func manner(seed: UInt64) -> String {
    let settings: [(String, String?)] = [
      ("temperature", temperature.map { "\($0)" }), ("top k", topK.map { "\($0)" }),
      ("top p", topP.map { "\($0)" }), ("min p", minP.map { "\($0)" }),
      ("repetition penalty", repetitionPenalty.map { "\($0)" }),
    ]
    let named = settings.compactMap { name, value in value.map { ", \(name) \($0)" } }.joined()
    return (sample == nil ? "each token the likeliest" : "drawn with seed \(seed)") + named
  }
}
