// SPDX-License-Identifier: Apache-2.0

extension Attention {
  /// Boundaries of the sequences with their prefixes.
  var wholeOffsets: [Int] {
    (0..<offsets.count - 1).reduce(into: [0]) { starts, sequence in
      starts.append(starts[sequence] + prefixCount(sequence) + rowCount(sequence))
    }
  }

  /// Keys or values of whole sequences, `[M, G, width]`: every prefix laid before its rows.
  func whole(_ rows: Tensor, _ part: (KeysValues) -> Tensor) -> Tensor {
    let starts = wholeOffsets
    guard let count = starts.last, count > rows.shape[0] else { return rows }
    let stride = rows.shape.dropFirst().reduce(1, *)
    return Tensor(shape: [count] + rows.shape.dropFirst()) { out in
      for sequence in 0..<offsets.count - 1 {
        var at = starts[sequence] * stride
        if !prefixes.isEmpty, let prefix = prefixes[sequence] {
          let before = part(prefix)
          before.withFloats { _ = out[at...].update(fromContentsOf: $0) }
          at += before.count
        }
        let range = offsets[sequence]..<offsets[sequence + 1]
        rows.rows(range).withFloats { _ = out[at...].update(fromContentsOf: $0) }
      }
    }
  }
}
