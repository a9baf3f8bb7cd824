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
  /// the row's angles, the rest stay. A cotangent turns back by the same angles, which are constants.
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
    precondition(
      !cosine.isTracked && !sine.isTracked, "rotary angles are constants; detach them")
    if width == 0 { return self }
    let turn = Rotation(cosine: cosine, sine: sine, width: width, layout: layout)
    return reshaped(rows, heads * headWidth).detached.mapRows { x, out, row, rows in
      turn.apply(x, out, row, rows, heads, headWidth, back: false)
    }.reshaped(shape).derived(from: [self]) { cotangent, _ in
      let back = cotangent.reshaped(cotangent.shape[0], rows, heads * headWidth)
        .mapCotangents { cotangent, out, row, rows in
          turn.apply(cotangent, out, row, rows, heads, headWidth, back: true)
        }
      return [back.reshaped(cotangent.shape)]
    }
  }
}

/// The angles of every row.
private struct Rotation: Sendable {
  let cosine: Tensor
  let sine: Tensor
  let width: Int
  let layout: RotaryLayout

  func apply(
    _ x: Tensor.Input, _ out: Tensor.Output, _ row: Int, _ rows: Int, _ heads: Int,
    _ headWidth: Int, back: Bool
  ) {
    cosine.withFloats { cosine in
      sine.withFloats { sine in
        guard let cosine = cosine.baseAddress, let sine = sine.baseAddress else { return }
        let angle = row * width / 2
        cajal_rotate(
          x, cosine + angle, sine + angle, layout == .interleaved, back, rows, heads, headWidth,
          width, out)
      }
    }
  }
}
