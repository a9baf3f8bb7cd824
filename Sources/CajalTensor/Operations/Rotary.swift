// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Which components of a head turn together.
public enum RotaryLayout: String, Codable, Sendable {
  /// i with i + R/2, as GPT-NeoX and Llama in the transformers layout.
  case halves
  /// 2i with 2i + 1, as GPT-J and llama2.c.
  case interleaved
}

extension Tensor {
  /// Rotary position embedding of `[N, H, K]`: the first `width` components of every head turn by
  /// the row's angles, the rest stay.
  ///
  /// - Parameters:
  ///   - cosine: `[N, width / 2]`
  ///   - sine: `[N, width / 2]`
  ///   - width: R, even, at most K.
  ///   - layout: which components are a pair.
  public func rotated(
    cosine: Tensor, sine: Tensor, width: Int, layout: RotaryLayout
  ) -> Tensor {
    precondition(rank == 3, "rotary embedding acts on [N, H, K], not \(shape)")
    let (rows, heads, headWidth) = (shape[0], shape[1], shape[2])
    precondition(
      width >= 0 && width % 2 == 0 && width <= headWidth, "rotary width \(width) in \(shape)")
    precondition(
      cosine.count == rows * width / 2 && sine.count == cosine.count,
      "angles \(cosine.shape) and \(sine.shape) for \(rows) rows of rotary width \(width)")
    if width == 0 { return self }
    let interleaved = layout == .interleaved
    return cosine.withFloats { cosine in
      sine.withFloats { sine in
        let (cosine, sine) = (cosine.baseAddress, sine.baseAddress)
        return reshaped(rows, heads * headWidth).mapRows { x, out, row, rows in
          guard let cosine, let sine else { return }
          cajal_rotate(
            x, cosine + row * width / 2, sine + row * width / 2, interleaved, rows, heads,
            headWidth, width, out)
        }.reshaped(shape)
      }
    }
  }
}
