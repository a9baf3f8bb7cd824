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
    let stage = try job.stage(activity, total: model.shape.layers, unit: "layers")
    let run = model.begin(batch, RunOptions())
    var x = model.embed(run, &tap)
    for layer in 0..<model.shape.layers {
      x = model.layer(layer, x, run, &tap)
      try stage.advance(to: layer + 1)
    }
    return x
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
