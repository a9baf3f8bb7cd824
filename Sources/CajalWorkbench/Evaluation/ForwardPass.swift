// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// A forward pass that tells how far it is and can be stopped between its layers.
struct ForwardPass {
  let model: any LanguageModel
  let job: Job
  /// What the stage is called: "running 512 tokens".
  var activity: String

  /// The residual stream before the final norm, [N, D], with every value up to there handed to `tap`.
  func residual(_ batch: TokenBatch, _ tap: inout some Tap) throws -> Tensor {
    try model.check(batch)
    let layers = model.shape.layers
    let stage = try job.stage(activity, total: layers, unit: "layers")
    var options = RunOptions()
    options.continues = { stage.follows($0, layers: layers) }
    return try job.endingRuns {
      try model.run(batch, until: .layer(layers), options: options, tap: &tap)
    }
  }

  /// Everything to the logits, [N, V].
  func logits(_ batch: TokenBatch, _ tap: inout some Tap) throws -> Tensor {
    let x = try residual(batch, &tap)
    return model.unembed(x, model.begin(batch, RunOptions()), &tap)
  }

  /// The logits of some rows of a residual stream, [rows, V].
  ///
  /// A row's bits do not depend on the others, so these are the rows of the whole product; asking for
  /// a few at a time bounds the memory where the vocabulary is large.
  func logits(of x: Tensor, rows: Range<Int>, _ batch: TokenBatch) throws -> Tensor {
    var tap = NoTap()
    let part = try TokenBatch(batch.tokens[rows].map { Int($0) })
    return model.unembed(x.rows(rows), model.begin(part, RunOptions()), &tap)
  }
}

extension Stage {
  /// Says how far a run is, in layers; the way back takes about twice the time. False where the work
  /// shall end.
  func follows(_ passage: RunOptions.Passage, layers: Int) -> Bool {
    let done =
      switch passage {
      case .forward(let layer): layer + 1
      case .back(let layer): layers + 2 * (layers - layer)
      }
    // Whoever ends the work is asked again by `endingRuns`.
    return (try? advance(to: done)) != nil
  }
}

extension Job {
  /// Does work in which runs follow a stage of this job.
  ///
  /// - Throws: ``WorkbenchError`` with code `interrupted` where the job ended a run; else what the work
  ///   throws.
  func endingRuns<R>(_ work: () throws -> R) throws -> R {
    do {
      let result = try work()
      try checkInterruption()
      return result
    } catch {
      try checkInterruption()
      throw error
    }
  }
}
