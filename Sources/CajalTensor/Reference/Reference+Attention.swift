// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension Reference {
  /// Scaled and capped scores `[H, N, longest]`, minus infinity where not visible.
  public static func attentionScores(
    _ attention: Attention, _ query: Tensor, _ key: Tensor
  ) -> [Double] {
    let (queries, keys) = (rows(query), rows(attention.whole(key, \.keys)))
    let (heads, groups) = (query.shape[1], key.shape[1])
    return eachRow(attention, heads: heads) { place in
      let q = queries[place.query * heads + place.head]
      return place.positions(attention.longest).map { position in
        guard place.sees(position, attention.shape) else { return -.infinity }
        let group = place.head / (heads / groups)
        let k = keys[(place.firstKey + position) * groups + group]
        let score = zip(q, k).reduce(0) { $0 + $1.0 * $1.1 } * Double(attention.shape.scale)
        guard let cap = attention.shape.cap.map(Double.init) else { return score }
        return cap * tanh(score / cap)
      }
    }
  }

  /// Softmax of the visible scores, zero elsewhere.
  public static func attentionPattern(_ attention: Attention, _ scores: [Double]) -> [Double] {
    let longest = attention.longest
    let queries = attention.offsets.last ?? 0
    guard queries > 0, longest > 0 else { return [] }
    return eachRow(attention, heads: scores.count / queries / longest) { place in
      let start = (place.head * queries + place.query) * longest
      let visible = place.positions(longest).filter { place.sees($0, attention.shape) }
      var row = [Double](repeating: 0, count: longest)
      for (position, weight) in zip(visible, softmax(visible.map { scores[start + $0] })) {
        row[position] = weight
      }
      return row
    }
  }

  /// Pattern times values, `[N, H, Kv]`.
  public static func attentionMix(
    _ attention: Attention, _ pattern: [Double], heads: Int, _ value: Tensor
  ) -> [Double] {
    let values = rows(attention.whole(value, \.values))
    let (groups, width) = (value.shape[1], value.shape[2])
    let queries = attention.offsets.last ?? 0
    let longest = attention.longest
    var out = [Double](repeating: 0, count: queries * heads * width)
    for place in places(attention, heads: heads) {
      for position in place.positions(longest) where place.sees(position, attention.shape) {
        let weight = pattern[(place.head * queries + place.query) * longest + position]
        let row = values[(place.firstKey + position) * groups + place.head / (heads / groups)]
        for column in 0..<width {
          out[(place.query * heads + place.head) * width + column] += weight * row[column]
        }
      }
    }
    return out
  }

  /// The three steps.
  public static func attention(
    _ attention: Attention, _ query: Tensor, _ key: Tensor, _ value: Tensor
  ) -> [Double] {
    let pattern = attentionPattern(attention, attentionScores(attention, query, key))
    return attentionMix(attention, pattern, heads: query.shape[1], value)
  }

  // MARK: Places

  /// One query of one head.
  struct Place {
    let head: Int
    let query: Int
    let position: Int  // in its own sequence
    let firstRow: Int  // of the sequence
    let firstKey: Int
    let keys: Int

    func positions(_ longest: Int) -> Range<Int> { 0..<longest }

    func sees(_ other: Int, _ shape: AttentionShape) -> Bool {
      other < keys && (!shape.causal || other <= position)
        && (shape.window.map { position - other < $0 } ?? true)
    }
  }

  /// All places, head by head, in the order of queries.
  static func places(_ attention: Attention, heads: Int) -> [Place] {
    let starts = attention.wholeOffsets
    return (0..<heads).flatMap { head in
      (0..<attention.offsets.count - 1).flatMap { sequence in
        (0..<attention.rowCount(sequence)).map { index in
          Place(
            head: head, query: attention.offsets[sequence] + index,
            position: attention.prefixCount(sequence) + index,
            firstRow: attention.offsets[sequence], firstKey: starts[sequence],
            keys: starts[sequence + 1] - starts[sequence])
        }
      }
    }
  }

  private static func eachRow(
    _ attention: Attention, heads: Int, _ body: (Place) -> [Double]
  ) -> [Double] {
    places(attention, heads: heads).flatMap(body)
  }
}

extension Attention {
  /// Boundaries of the sequences with their prefixes.
  fileprivate var wholeOffsets: [Int] {
    (0..<offsets.count - 1).reduce(into: [0]) {
      $0.append($0[$1] + prefixCount($1) + rowCount($1))
    }
  }

  /// Keys or values of whole sequences, `[M, G, width]`: every prefix laid before its rows.
  func whole(_ rows: Tensor, _ part: KeyPath<KeysValues, Tensor>) -> Tensor {
    let numbers = (0..<offsets.count - 1).flatMap { sequence in
      (prefixes.isEmpty ? [] : prefixes[sequence]?[keyPath: part].array ?? [])
        + rows.rows(offsets[sequence]..<offsets[sequence + 1]).array
    }
    return Tensor(numbers, shape: [wholeOffsets.last ?? 0] + rows.shape.dropFirst())
  }
}
