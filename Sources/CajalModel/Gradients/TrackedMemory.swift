// SPDX-License-Identifier: Apache-2.0

extension ModelShape {
  /// Bytes that a tracked run over `rows` positions keeps for its way back: roughly what all sites take,
  /// patterns aside, and the logits with their cotangent.
  ///
  /// An estimate, by which a caller may choose `RunOptions.recomputesLayers`.
  public func trackedBytes(rows: Int) -> Int {
    let attention = 2 * heads * headWidth + 2 * keyValueHeads * headWidth
    let mlp = 3 * hiddenWidth * (experts > 0 ? 2 : 1)
    let layer = 8 * width + 2 * attention + mlp
    return 4 * rows * (layers * layer + 2 * answers)
  }
}
