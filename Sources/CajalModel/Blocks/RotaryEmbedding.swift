// SPDX-License-Identifier: Apache-2.0
public import CajalTensor
import Foundation

/// Positions as rotations: pairs of components of queries and keys turn by angles that grow with the
/// position.
///
///     (a, b) ← (a cos φ − b sin φ, b cos φ + a sin φ) · m,   φ = position · ωᵢ
///
/// The inverse frequencies ωᵢ may depend on the sequence's length, so every sequence has its own
/// table. Frequencies and angles are rounded to Float32 as the reference implementations do, so that
/// angles of late positions agree with what models were trained on.
///
/// - Source: Su et al. 2021 <https://arxiv.org/abs/2104.09864>.
public struct RotaryEmbedding: Sendable {
  /// How many components of a head turn; the rest stay.
  public let width: Int
  /// Which components form a pair.
  public let layout: RotaryLayout
  /// How the frequencies come about.
  public let scaling: RotaryScaling
  /// θ: ωᵢ = θ^(−2i/width) before scaling.
  public let base: Double

  /// A rotary embedding of `width` components with the given base and scaling.
  public init(
    width: Int, base: Double, scaling: RotaryScaling = .none, layout: RotaryLayout = .halves
  ) {
    precondition(width > 0 && width % 2 == 0, "rotary width \(width) is not even and positive")
    self.width = width
    self.base = base
    self.scaling = scaling
    self.layout = layout
  }

  /// The table of a batch: one row a position, counted from each sequence's start.
  func table(for batch: TokenBatch, starts: [Int]) -> RotaryTable {
    let half = width / 2
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(batch.count * half)
    sines.reserveCapacity(batch.count * half)
    var used: [RotaryFrequencies] = []
    for sequence in 0..<batch.sequenceCount {
      let length = starts[sequence] + batch.rows(of: sequence).count
      let (frequencies, factor) = scaling.frequencies(width: width, base: base, length: length)
      used.append(RotaryFrequencies(inverse: frequencies, factor: factor))
      for position in starts[sequence]..<length {
        for frequency in frequencies {
          let angle = Double(Float(position) * frequency)
          cosines.append(Float(cos(angle) * factor))
          sines.append(Float(sin(angle) * factor))
        }
      }
    }
    return RotaryTable(
      cosine: Tensor(cosines, shape: [batch.count, half]),
      sine: Tensor(sines, shape: [batch.count, half]), width: width, layout: layout,
      frequencies: used)
  }
}

/// How fast the components of one sequence turn.
struct RotaryFrequencies: Sendable, Equatable {
  /// Radians a position, one a pair of components.
  let inverse: [Float]
  /// Multiplies cosines and sines.
  let factor: Double
}

/// Cosines and sines of a batch, [N, width/2] each.
public struct RotaryTable: Sendable {
  /// cos φ, times the attention factor.
  public let cosine: Tensor
  /// sin φ, times the attention factor.
  public let sine: Tensor
  let width: Int
  let layout: RotaryLayout
  /// What each sequence was turned with.
  let frequencies: [RotaryFrequencies]

  /// Queries or keys [N, H, K], turned.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.rotated(cosine: cosine, sine: sine, width: width, layout: layout)
  }
}
