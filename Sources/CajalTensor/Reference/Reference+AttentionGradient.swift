// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// From the cotangent of the output `[N, H, Kv]` to those of queries, keys and values; queries and
  /// keys have none when the pattern is frozen.
  public static func attentionGradient(
    _ attention: Attention, _ query: Tensor, _ key: Tensor, _ value: Tensor, _ cotangent: Tensor
  ) -> (query: [Double], key: [Double], value: [Double]) {
    let scores = attentionScores(attention, query, key)
    let pattern = attentionPattern(attention, scores)
    let mix = attentionMixGradient(attention, pattern, value, cotangent)
    let slopes = attentionPatternGradient(attention, pattern, mix.pattern)
    let (queries, keys) = attentionScoresGradient(attention, query, key, scores, slopes)
    return (queries, keys, mix.value)
  }

  /// dP = dO Vᵀ where visible, zero elsewhere; dV = Pᵀ dO. The pattern's is zero when it is frozen.
  public static func attentionMixGradient(
    _ attention: Attention, _ pattern: [Double], _ value: Tensor, _ cotangent: Tensor
  ) -> (pattern: [Double], value: [Double]) {
    let (heads, groups, width) = (cotangent.shape[1], value.shape[1], value.shape[2])
    let values = rows(attention.whole(value, \.values))
    let cotangents = rows(cotangent)
    var slopes = [Double](repeating: 0, count: pattern.count)
    var sums = [Double](repeating: 0, count: value.count)
    for pair in visiblePairs(attention, heads: heads, groups: groups) {
      let row = cotangents[pair.row]
      if !attention.frozenPattern {
        slopes[pair.score] = zip(row, values[pair.whole]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      guard let position = pair.fresh else { continue }
      for column in 0..<width {
        sums[position * width + column] += pattern[pair.score] * row[column]
      }
    }
    return (slopes, sums)
  }

  /// dS = P ∘ (dP − Σ P ∘ dP).
  public static func attentionPatternGradient(
    _ attention: Attention, _ pattern: [Double], _ cotangent: [Double]
  ) -> [Double] {
    let width = max(attention.longest, 1)
    return stride(from: 0, to: pattern.count, by: width).flatMap { start -> [Double] in
      let row = start..<start + width
      let mean = row.reduce(0) { $0 + pattern[$1] * cotangent[$1] }
      return row.map { pattern[$0] * (cotangent[$0] - mean) }
    }
  }

  /// dQ = ds K and dK = dsᵀ Q with ds = dS · (1 − (S / cap)²) · scale.
  public static func attentionScoresGradient(
    _ attention: Attention, _ query: Tensor, _ key: Tensor, _ scores: [Double],
    _ cotangent: [Double]
  ) -> (query: [Double], key: [Double]) {
    let (heads, groups, width) = (query.shape[1], key.shape[1], query.shape[2])
    let (queries, keys) = (rows(query), rows(attention.whole(key, \.keys)))
    var sums = [Double](repeating: 0, count: query.count)
    var keySums = [Double](repeating: 0, count: key.count)
    for pair in visiblePairs(attention, heads: heads, groups: groups) {
      var slope = cotangent[pair.score] * Double(attention.shape.scale)
      if let cap = attention.shape.cap.map(Double.init) {
        slope *= 1 - (scores[pair.score] / cap) * (scores[pair.score] / cap)
      }
      for column in 0..<width {
        sums[pair.row * width + column] += slope * keys[pair.whole][column]
        guard let position = pair.fresh else { continue }
        keySums[position * width + column] += slope * queries[pair.row][column]
      }
    }
    return (sums, keySums)
  }

  // MARK: Pairs

  /// A query in a head and a position that it sees.
  private struct Pair {
    let score: Int  // element of scores and pattern
    let row: Int  // row of queries and outputs, [N · H]
    let whole: Int  // row of keys and values with their prefixes
    let fresh: Int?  // row of keys and values, nil in the prefix
  }

  private static func visiblePairs(_ attention: Attention, heads: Int, groups: Int) -> [Pair] {
    let (longest, count) = (attention.longest, attention.offsets.last ?? 0)
    return places(attention, heads: heads).flatMap { place in
      let group = place.head / (heads / groups)
      let first = place.query - place.position  // where position 0 would stand among the rows
      let before = place.position - (place.query - place.firstRow)
      return place.positions(longest).filter { place.sees($0, attention.shape) }.map { position in
        Pair(
          score: (place.head * count + place.query) * longest + position,
          row: place.query * heads + place.head,
          whole: (place.firstKey + position) * groups + group,
          fresh: position < before ? nil : (first + position) * groups + group)
      }
    }
  }
}
