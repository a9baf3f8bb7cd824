// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// Attention with its four projections: from the normed residual stream to what is added to it.
///
///     q, k, v = Wq x, Wk x, Wv x;   q, k normed where there are norms, turned where there is rotary
///     y       = Wo attention(q, k, v)
public struct SelfAttention: Sendable {
  /// [D] to [H · K].
  public let query: Linear
  /// [D] to [G · K], G key-value heads.
  public let key: Linear
  /// [D] to [G · K].
  public let value: Linear
  /// [H · K] to [D].
  public let output: Linear
  /// H.
  public let heads: Int
  /// G.
  public let keyValueHeads: Int
  /// Scale, window and cap.
  public let attention: CausalAttention
  /// The norm of the queries, nil without.
  public var queryNorm: HeadNormalization?
  /// The norm of the keys, nil without.
  public var keyNorm: HeadNormalization?
  /// Which of the run's rotary tables turns queries and keys; nil without rotary embedding.
  public var rotary: Int?

  /// Attention of the given projections.
  public init(
    query: Linear, key: Linear, value: Linear, output: Linear, heads: (query: Int, keyValue: Int),
    attention: CausalAttention
  ) {
    (self.query, self.key, self.value, self.output) = (query, key, value, output)
    (self.heads, keyValueHeads) = heads
    self.attention = attention
  }

  /// [N, D] to [N, D], visiting the sites between the projections.
  public func callAsFunction(
    _ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
  ) -> Tensor {
    var q = tap(Site(.query, layer: layer), query(x, run).split(heads: heads))
    var k = tap(Site(.key, layer: layer), key(x, run).split(heads: keyValueHeads))
    let v = tap(Site(.value, layer: layer), value(x, run).split(heads: keyValueHeads))
    if changesQueries {
      if let queryNorm { q = queryNorm(q, run) }
      if let keyNorm { k = keyNorm(k, run) }
      if let rotary { (q, k) = (run.rotary[rotary](q), run.rotary[rotary](k)) }
      q = tap(Site(.queryRotated, layer: layer), q)
      k = tap(Site(.keyRotated, layer: layer), k)
    }
    return output(attention(q, k, v, layer: layer, run, &tap), run)
  }

  private var changesQueries: Bool { queryNorm != nil || keyNorm != nil || rotary != nil }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    let names: [Site.Name] =
      [.query, .key, .value] + (changesQueries ? [.queryRotated, .keyRotated] : [])
    return names.map { Site($0, layer: layer) } + CausalAttention.sites(layer: layer)
  }
}

/// A norm of queries or keys [N, H, K].
public struct HeadNormalization: Sendable {
  /// Over what the statistics run.
  public enum Extent: Sendable {
    /// Each head by itself; the parameters are [K], shared by the heads, or [H · K].
    case head
    /// All heads together; the parameters are [H · K].
    case heads
  }

  /// The statistics, gain and bias.
  public let norm: Normalization
  /// Over what the statistics run.
  public let extent: Extent

  /// A norm over each head or over all heads.
  public init(_ norm: Normalization, over extent: Extent) {
    self.norm = norm
    self.extent = extent
  }

  func callAsFunction(_ x: Tensor, _ run: Run) -> Tensor {
    let flat = [x.shape[0], x.shape[1] * x.shape[2]]
    if extent == .heads { return norm(x.reshaped(flat), run).reshaped(x.shape) }
    if norm.gain?.values.count ?? x.shape[2] == x.shape[2] { return norm(x, run) }
    let plain = Normalization(norm.kind, epsilon: norm.epsilon)(x, run)
    return plain.reshaped(flat).affine(gain: norm.gain?(run), bias: norm.bias?(run)).reshaped(
      x.shape)
  }
}
