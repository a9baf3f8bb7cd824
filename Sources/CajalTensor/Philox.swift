// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Philox4x32-10, a counter-based generator: a draw depends on seed, stream and index alone, so draws
/// may be made in any order and on any thread.
///
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
public struct Philox: Sendable, Codable, Equatable {
  /// The key.
  public let seed: UInt64
  /// Chooses one of 2^64 sequences of the same seed.
  public let stream: UInt64

  /// A sequence of draws.
  public init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// The block function: ten rounds over a counter of four words under a key of two.
  public static func block(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 { key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let a = UInt64(counter[0]) &* 0xD251_1F53
      let b = UInt64(counter[2]) &* 0xCD9E_8D57
      counter = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: a))
    }
    return counter
  }

  /// The four words of block `index`.
  public func words(_ index: UInt64) -> SIMD4<UInt32> {
    Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// 64 random bits: half of block `index / 2`.
  public func bits(_ index: UInt64) -> UInt64 {
    let words = words(index / 2)
    return index % 2 == 0
      ? UInt64(words[1]) << 32 | UInt64(words[0]) : UInt64(words[3]) << 32 | UInt64(words[2])
  }

  /// Uniform in [0, 1) on the grid of 2^-24.
  public func uniform(_ index: UInt64) -> Float {
    let word = words(index / 4)[Int(index % 4)]
    return Float(word >> 8) * 0x1p-24
  }

  /// Uniform in [0, 1) on the grid of 2^-53.
  public func uniformDouble(_ index: UInt64) -> Double { Double(bits(index) >> 11) * 0x1p-53 }

  /// Uniform in `0..<limit` without bias: rejected draws go on in a stream of this index's own.
  public func integer(_ index: UInt64, below limit: UInt64) -> UInt64 {
    precondition(limit > 0, "a random integer below 0")
    // Lemire's multiplication method with rejection of the short remainder.
    var product = bits(index).multipliedFullWidth(by: limit)
    if product.low < limit {
      let threshold = (0 &- limit) % limit
      let retry = Philox(seed: seed ^ 0x5245_4A45_4354_4544, stream: stream &+ index)
      var attempt: UInt64 = 0
      while product.low < threshold {
        product = retry.bits(attempt).multipliedFullWidth(by: limit)
        attempt += 1
      }
    }
    return product.high
  }

  /// Standard normal by Box and Muller: draws 2i and 2i + 1 are the pair of block i.
  public func normal(_ index: UInt64) -> Double {
    let words = words(index / 2)
    let first = (UInt64(words[1]) << 32 | UInt64(words[0])) >> 11
    let second = (UInt64(words[3]) << 32 | UInt64(words[2])) >> 11
    // In (0, 1], so that the logarithm is finite: at most 8.57 sigma.
    let radius = (-2 * log(Double(first + 1) * 0x1p-53)).squareRoot()
    let angle = 2 * Double.pi * (Double(second) * 0x1p-53)
    return index % 2 == 0 ? radius * cos(angle) : radius * sin(angle)
  }

  /// A permutation of `0..<count` (Fisher and Yates), from draws `0..<count` of this stream.
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(count, 0))
    var last = count - 1
    while last > 0 {
      order.swapAt(last, Int(integer(UInt64(last), below: UInt64(last + 1))))
      last -= 1
    }
    return order
  }

  /// Draws `0..<count` of the standard normal, times `scale`.
  public func normals(shape: [Int], scale: Float = 1) -> Tensor {
    fill(shape) { Float(normal($0)) * scale }
  }

  /// Draws `0..<count` of the uniform distribution over [0, 1).
  public func uniforms(shape: [Int]) -> Tensor { fill(shape) { uniform($0) } }

  private func fill(_ shape: [Int], _ draw: @Sendable (UInt64) -> Float) -> Tensor {
    Tensor(shape: shape) { out in
      Threads.forEachRange(out.count, grain: 8192) { part in
        for i in part { out[i] = draw(UInt64(i)) }
      }
    }
  }
}
