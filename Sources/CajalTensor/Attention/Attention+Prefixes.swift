// SPDX-License-Identifier: Apache-2.0

extension Attention {
  /// Boundaries of the prefixes when they are laid end to end.
  var prefixOffsets: [Int] {
    (0..<offsets.count - 1).reduce(into: [0]) { $0.append($0[$1] + prefixCount($1)) }
  }

  /// Keys or values of all prefixes end to end, for rows of this shape `[N, G, width]`.
  func joinedPrefixes(_ rowShape: [Int], _ part: KeyPath<KeysValues, Tensor>) -> Tensor {
    let offsets = prefixOffsets
    let stride = rowShape.dropFirst().reduce(1, *)
    return Tensor(shape: [offsets.last ?? 0] + rowShape.dropFirst()) { out in
      for (sequence, prefix) in prefixes.enumerated() {
        guard let prefix, prefix.count > 0 else { continue }
        prefix[keyPath: part].withFloats {
          _ = out[(offsets[sequence] * stride)...].update(fromContentsOf: $0)
        }
      }
    }
  }
}
