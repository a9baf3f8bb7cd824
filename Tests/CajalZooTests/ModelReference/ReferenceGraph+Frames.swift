// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalZoo
import Foundation

extension ReferenceGraph {
  /// The plain run of a model over a batch, its last step the logits; `changes` are made to the values
  /// of sites.
  init(
    _ model: any LanguageModel, _ batch: TokenBatch,
    changes: [Site: (Numbers) -> Numbers] = [:]
  ) throws {
    self.init(batch, changes: changes)
    let run = model.begin(batch, RunOptions())
    switch model {
    case let model as any DecoderModel: try decode(model.decoder, run)
    case let model as TransformerLens: try decode(model.decoder, run)
    case let model as OPT: try decode(model, run)
    default: preconditionFailure("the reference does not know \(type(of: model))")
    }
  }

  private mutating func decode(_ decoder: TransformerDecoder, _ run: Run) throws {
    tables = zip(run.rotary, decoder.rotary).map { ReferenceRotary($0, of: $1) }
    let D = decoder.tokenEmbedding.weight.shape[1]
    let scale = decoder.tokenScale.map(Double.init) ?? 1
    var x = try lookup(decoder.tokenEmbedding, run.batch.tokens.map { Int($0) })
    x = visit(.tokenEmbedding, nil, add(x) { $0.map { $0 * scale } })
    if let positions = decoder.positionEmbedding {
      x = add(x, visit(.positionEmbedding, nil, try lookup(positions, run.positions)), Self.sum)
    }
    for (index, block) in decoder.layers.enumerated() { x = layer(block, x, index, D) }
    x = visit(.finalResidual, nil, x)
    x = norm(decoder.finalNorm, x, width: D, sites: .final)
    let (unembedding, cap) = (
      ReferenceLinear(decoder.unembedding), decoder.logitCap.map(Double.init)
    )
    x = add(x) { unembedding($0) }
    if let cap { x = add(x) { $0.map { cap * tanh($0 / cap) } } }
    _ = visit(.logits, nil, x)
  }

  private mutating func decode(_ model: OPT, _ run: Run) throws {
    var x = try lookup(model.tokenEmbedding, run.batch.tokens.map { Int($0) })
    if let projection = model.projections.map({ ReferenceLinear($0.input) }) {
      x = add(x) { projection($0) }
    }
    x = visit(.tokenEmbedding, nil, x)
    let positions = try lookup(model.positionEmbedding, run.positions.map { $0 + 2 })
    x = add(x, visit(.positionEmbedding, nil, positions), Self.sum)
    let D = model.shape.width
    for (index, block) in model.layers.enumerated() { x = layer(block, x, index, D) }
    x = visit(.finalResidual, nil, x)
    let unembedding = ReferenceLinear(model.unembedding)
    guard let projection = model.projections.map({ ReferenceLinear($0.output) }) else {
      x = norm(model.finalNorm, x, width: D, sites: .final)
      _ = visit(.logits, nil, add(x) { unembedding($0) })
      return
    }
    let normed = model.finalNorm
    if normed.kind != .none {
      // Its output is not what the unembedding sees, so its denominator alone is a site.
      let (gain, bias) = Self.parameters(normed)
      x = normalized(normed, x, width: D, sites: .final, layer: nil)
      x = add(x) { Self.affine($0, gain: gain, bias: bias) }
    }
    x = visit(.finalNormalized, nil, add(x) { projection($0) })
    _ = visit(.logits, nil, add(x) { unembedding($0) })
  }

  /// The rows of an embedding, a step that reads nothing.
  private mutating func lookup(_ embedding: Embedding, _ rows: [Int]) throws -> Int {
    let (table, D) = (try embedding.weight.tensor().array, embedding.weight.shape[1])
    return add([]) { _ in rows.flatMap { table[$0 * D..<($0 + 1) * D].map(Double.init) } }
  }

  // MARK: Layers

  private mutating func layer(
    _ block: any DecoderLayer, _ x: Int, _ layer: Int, _ D: Int
  ) -> Int {
    let x = visit(.residualPre, layer, x)
    let y =
      switch block {
      case let block as SequentialLayer: sequential(block, x, layer, D)
      case let block as ParallelLayer: parallel(block, x, layer, D)
      case let block as OPT.PostNormLayer: postNormed(block, x, layer, D)
      case let block as TransformerLens.AttentionLayer: attentionOnly(block, x, layer, D)
      default: preconditionFailure("the reference does not know \(type(of: block))")
      }
    return visit(.residualPost, layer, y)
  }

  private mutating func sequential(
    _ block: SequentialLayer, _ x: Int, _ layer: Int, _ D: Int
  ) -> Int {
    let seen = norm(block.attentionNorm, x, width: D, sites: .attention, layer: layer)
    let attended = norm(
      block.attentionPostNorm, attention(block.attention, seen, layer), width: D)
    let middle = visit(
      .residualMid, layer, add(x, visit(.attentionOut, layer, attended), Self.sum))
    let input = norm(block.mlpNorm, middle, width: D, sites: .mlp, layer: layer)
    let fed = norm(block.mlpPostNorm, feedForward(block.feedForward, input, layer), width: D)
    return add(middle, visit(.mlpOut, layer, fed), Self.sum)
  }

  private mutating func parallel(
    _ block: ParallelLayer, _ x: Int, _ layer: Int, _ D: Int
  ) -> Int {
    let seen = norm(block.attentionNorm, x, width: D, sites: .attention, layer: layer)
    let attended = visit(.attentionOut, layer, attention(block.attention, seen, layer))
    let input =
      block.mlpNorm.map { norm($0, x, width: D, sites: .mlp, layer: layer) }
      ?? visit(.mlpInput, layer, seen)
    let fed = visit(.mlpOut, layer, feedForward(block.feedForward, input, layer))
    return add(add(x, attended, Self.sum), fed, Self.sum)
  }

  private mutating func postNormed(
    _ block: OPT.PostNormLayer, _ x: Int, _ layer: Int, _ D: Int
  ) -> Int {
    let seen = visit(.attentionInput, layer, x)
    let attended = visit(.attentionOut, layer, attention(block.attention, seen, layer))
    let middle = visit(
      .residualMid, layer, norm(block.attentionNorm, add(x, attended, Self.sum), width: D))
    let input = visit(.mlpInput, layer, middle)
    let fed = visit(.mlpOut, layer, feedForward(block.feedForward, input, layer))
    return norm(block.mlpNorm, add(middle, fed, Self.sum), width: D)
  }

  private mutating func attentionOnly(
    _ block: TransformerLens.AttentionLayer, _ x: Int, _ layer: Int, _ D: Int
  ) -> Int {
    let seen = norm(block.norm, x, width: D, sites: .attention, layer: layer)
    return add(
      x, visit(.attentionOut, layer, attention(block.attention, seen, layer)), Self.sum)
  }
}
