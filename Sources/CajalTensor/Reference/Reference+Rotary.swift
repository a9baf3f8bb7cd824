// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// Each pair of a head's first `width` components times the rotation matrix of its angle.
  public static func rotated(
    _ x: Tensor, cosine: Tensor, sine: Tensor, width: Int, layout: RotaryLayout
  ) -> [Double] {
    let half = width / 2
    let (cosines, sines) = (numbers(cosine), numbers(sine))
    let heads = x.shape[1]
    return rows(x).enumerated().flatMap { index, head in
      var out = head
      for pair in 0..<half {
        let angle = index / heads * half + pair
        let first = layout == .halves ? pair : 2 * pair
        let second = layout == .halves ? pair + half : 2 * pair + 1
        out[first] = head[first] * cosines[angle] - head[second] * sines[angle]
        out[second] = head[second] * cosines[angle] + head[first] * sines[angle]
      }
      return out
    }
  }
}
