// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// Causal attention of several heads, from queries, keys and values to what the heads put out.
///
///     scores(h,i,j)  = q(i,h)·k(j,g) · scale        (capped: c tanh(scores / c))
///     pattern(h,i,:) = softmax over visible j
///     z(i,h)         = Σⱼ pattern(h,i,j) v(j,g)
///
/// with j ≤ i in the same sequence, i − j < window where there is one, and g the key-value group of
/// head h. Projections, rotary embedding and norms of queries and keys belong to the architecture.
///
/// - Source: Vaswani et al. 2017 <https://arxiv.org/abs/1706.03762>; grouping: Ainslie et al. 2023
///   <https://arxiv.org/abs/2305.13245>; window: Jiang et al. 2023 <https://arxiv.org/abs/2310.06825>.
public struct CausalAttention: Sendable {
  /// Scale, window and cap.
  public let form: AttentionShape

  /// Attention whose scores are multiplied by `scale`, see back less than `window` positions and are
  /// soft-capped at `cap`.
  public init(scale: Float, window: Int? = nil, cap: Float? = nil) {
    form = AttentionShape(scale: scale, window: window, cap: cap, causal: true)
  }

  /// Queries [N, H, K], keys and values [N, G, K] to head outputs [N, H · K], with the sites of
  /// scores, pattern and head outputs visited. Unwatched, the pattern is never laid out in memory.
  public func callAsFunction(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
  ) -> Tensor {
    let scoresSite = Site(.attentionScores, layer: layer)
    let patternSite = Site(.attentionPattern, layer: layer)
    let heads = Attention(
      form, offsets: run.batch.offsets, prefixes: run.options.prefix?.keysValues(layer),
      frozenPattern: run.options.frozen.contains(.attentionPatterns))
    var output: Tensor
    if !run.options.allowsFusedAttention {
      let scores = tap(scoresSite, heads.scores(query, key))
      output = heads.mix(tap(patternSite, heads.pattern(scores)), value)
    } else if tap.wants(scoresSite) || tap.wants(patternSite) {
      output = heads.recorded(query, key, value) { step, x in
        tap(step == .scores ? scoresSite : patternSite, x)
      }
    } else {
      output = heads.fused(query, key, value)
    }
    output = tap(Site(.headOutput, layer: layer), output)
    return output.reshaped(output.shape[0], output.shape[1] * output.shape[2])
  }

  /// The sites the call visits, in order.
  public static func sites(layer: Int) -> [Site] {
    [.attentionScores, .attentionPattern, .headOutput].map { Site($0, layer: layer) }
  }
}

extension Tensor {
  /// [N, heads · K] as [N, heads, K].
  public func split(heads: Int) -> Tensor {
    precondition(rank == 2 && shape[1] % heads == 0, "\(shape) does not split into \(heads) heads")
    return reshaped(shape[0], heads, shape[1] / heads)
  }
}
