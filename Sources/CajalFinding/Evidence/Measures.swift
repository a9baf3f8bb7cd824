// SPDX-License-Identifier: Apache-2.0

/// What an axis or a colour shows.
public struct Axis: Codable, Sendable, Equatable {
  /// How values are laid out along an axis.
  public enum Scale: String, Codable, Sendable {
    /// Equal distances are equal differences.
    case linear
    /// Equal distances are equal ratios; values that are not positive are left out.
    case logarithmic
  }

  /// The quantity, in words: "loss".
  public var label: String
  /// The unit: "nats", "bytes", "" for pure numbers.
  public var unit: String
  /// How values are laid out.
  public var scale: Scale

  /// Creates an axis.
  public init(_ label: String, unit: String = "", scale: Scale = .linear) {
    self.label = label
    self.unit = unit
    self.scale = scale
  }
}

/// A value to compare with: chance, a shuffled control, a simpler method.
public struct Baseline: Codable, Sendable, Equatable {
  /// What it is: "chance", "unigram".
  public var label: String
  /// The value, in the unit of what it is compared with.
  @Numeric public var value: Double

  /// Creates a baseline.
  public init(_ label: String, _ value: Double) {
    self.label = label
    self.value = value
  }
}

/// An interval that holds the true value with a stated confidence.
public struct Interval: Codable, Sendable, Equatable {
  /// The lower end.
  @Numeric public var low: Double
  /// The upper end.
  @Numeric public var high: Double
  /// The confidence, as a share: 0.95.
  @Numeric public var level: Double

  /// Creates an interval.
  public init(low: Double, high: Double, level: Double = 0.95) {
    self.low = low
    self.high = high
    self.level = level
  }
}

/// The part of a data set a number was measured on.
public struct Split: Codable, Sendable, Equatable {
  /// Its name: "validation".
  public var name: String
  /// Whether anyone, person or program, looked at it before this number was taken.
  public var wasLookedAt: Bool

  /// Creates a split.
  public init(_ name: String, wasLookedAt: Bool) {
    self.name = name
    self.wasLookedAt = wasLookedAt
  }
}

/// How values become colours.
public struct ColorScale: Codable, Sendable, Equatable {
  /// The family of colours.
  public enum Kind: String, Codable, Sendable {
    /// From little to much, one direction.
    case sequential
    /// Two directions from zero, which is neutral.
    case diverging
  }

  /// The family of colours.
  public var kind: Kind
  /// The value of the first colour; the smallest value where nil. Ignored where diverging.
  @Numeric public var low: Double?
  /// The value of the last colour; the largest value, or largest magnitude, where nil.
  @Numeric public var high: Double?

  /// Creates a scale.
  public init(_ kind: Kind, low: Double? = nil, high: Double? = nil) {
    self.kind = kind
    self.low = low
    self.high = high
  }

  /// From the smallest to the largest value.
  public static let sequential = ColorScale(.sequential)
  /// From zero in both directions to the largest magnitude.
  public static let diverging = ColorScale(.diverging)
  /// From zero to one, as shares and probabilities.
  public static let share = ColorScale(.sequential, low: 0, high: 1)
}
