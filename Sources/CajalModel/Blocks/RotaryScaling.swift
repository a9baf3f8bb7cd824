// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How rotary frequencies are stretched to reach beyond the trained context.
///
/// - Reference: `transformers/modeling_rope_utils.py`.
public enum RotaryScaling: Sendable, Equatable {
  /// Unchanged.
  case none
  /// Positions divided by a factor (Chen et al. 2023 <https://arxiv.org/abs/2306.15595>).
  case linear(factor: Double)
  /// The base grows with a sequence longer than the trained context (NTK-aware, dynamic).
  case dynamic(factor: Double, context: Int)
  /// High frequencies kept, low ones divided, smooth between (Llama 3).
  case llama3(Llama3)
  /// YaRN (Peng et al. 2023 <https://arxiv.org/abs/2309.00071>).
  case yarn(Yarn)
  /// One divisor a frequency, one list for short and one for long sequences (Ding et al. 2024
  /// <https://arxiv.org/abs/2402.13753>).
  case longrope(LongRope)

  /// The bounds of Llama 3's scaling.
  public struct Llama3: Sendable, Equatable {
    /// Divides the low frequencies.
    public var factor: Double
    /// Wavelengths above context / this are divided.
    public var low: Double
    /// Wavelengths below context / this are kept.
    public var high: Double
    /// The context before scaling.
    public var context: Int

    /// The given bounds.
    public init(factor: Double, low: Double, high: Double, context: Int) {
      (self.factor, self.low, self.high, self.context) = (factor, low, high, context)
    }
  }

  /// The parameters of YaRN.
  public struct Yarn: Sendable, Equatable {
    /// Divides the low frequencies.
    public var factor: Double
    /// The context before scaling.
    public var context: Int
    /// Turns in the context above which a frequency is kept.
    public var fast: Double
    /// Turns in the context below which a frequency is divided.
    public var slow: Double
    /// Multiplies cosines and sines.
    public var attentionFactor: Double
    /// Whether the bounds of the transition are rounded to whole components.
    public var truncated: Bool

    /// The given parameters.
    public init(
      factor: Double, context: Int, fast: Double, slow: Double, attentionFactor: Double,
      truncated: Bool
    ) {
      (self.factor, self.context, self.fast, self.slow) = (factor, context, fast, slow)
      (self.attentionFactor, self.truncated) = (attentionFactor, truncated)
    }
  }

  /// The divisors of LongRoPE.
  public struct LongRope: Sendable, Equatable {
    /// One divisor a frequency for sequences within the original context.
    public var short: [Double]
    /// One divisor a frequency for longer ones.
    public var long: [Double]
    /// The original context.
    public var context: Int
    /// Multiplies cosines and sines.
    public var attentionFactor: Double

    /// The given divisors, one list as long as the other.
    public init(short: [Double], long: [Double], context: Int, attentionFactor: Double) {
      precondition(short.count == long.count, "\(short.count) short, \(long.count) long divisors")
      (self.short, self.long, self.context) = (short, long, context)
      self.attentionFactor = attentionFactor
    }
  }

  /// Inverse frequencies (width / 2 of them) and the factor of cosines and sines, for a sequence of
  /// `length` positions.
  public func frequencies(width: Int, base: Double, length: Int) -> ([Float], factor: Double) {
    let plain = Self.plain(width, base)
    switch self {
    case .none: return (plain.map { Float($0) }, 1)
    case .linear(let factor): return (plain.map { Float($0) / Float(factor) }, 1)
    case .dynamic(let factor, let context):
      let length = Double(max(length, context))
      let stretch = factor * length / Double(context) - (factor - 1)
      let grown = base * pow(stretch, Double(width) / Double(width - 2))
      return (Self.plain(width, grown).map { Float($0) }, 1)
    case .llama3(let scaling): return (plain.map { Float(Self.llama3($0, scaling)) }, 1)
    case .yarn(let scaling):
      return (Self.yarn(width, base, scaling).map { Float($0) }, scaling.attentionFactor)
    case .longrope(let scaling):
      let divisors = length > scaling.context ? scaling.long : scaling.short
      return (zip(plain, divisors).map { Float($0 / $1) }, scaling.attentionFactor)
    }
  }

  private static func plain(_ width: Int, _ base: Double) -> [Double] {
    (0..<width / 2).map { 1 / pow(base, Double(2 * $0) / Double(width)) }
  }

  private static func llama3(_ frequency: Double, _ scaling: Llama3) -> Double {
    let wavelength = 2 * Double.pi / frequency
    let context = Double(scaling.context)
    if wavelength < context / scaling.high { return frequency }
    if wavelength > context / scaling.low { return frequency / scaling.factor }
    let kept = (context / wavelength - scaling.low) / (scaling.high - scaling.low)
    return (1 - kept) * frequency / scaling.factor + kept * frequency
  }

  private static func yarn(_ width: Int, _ base: Double, _ scaling: Yarn) -> [Double] {
    /// The component that makes the given number of turns within the original context.
    func component(turns: Double) -> Double {
      Double(width) * log(Double(scaling.context) / (turns * 2 * Double.pi)) / (2 * log(base))
    }
    var (low, high) = (component(turns: scaling.fast), component(turns: scaling.slow))
    if scaling.truncated { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, Double(width - 1)))
    if low == high { high += 0.001 }
    return plain(width, base).enumerated().map { index, frequency in
      let divided = min(max((Double(index) - low) / (high - low), 0), 1)
      return frequency / scaling.factor * divided + frequency * (1 - divided)
    }
  }
}
