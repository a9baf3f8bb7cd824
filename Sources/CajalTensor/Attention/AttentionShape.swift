// SPDX-License-Identifier: Apache-2.0

/// What a query sees, and how its scores are formed.
public struct AttentionShape: Sendable, Codable, Equatable {
  /// Factor of the scores, usually 1 / √K.
  public var scale: Float
  /// Position j is visible from i only when i - j < window; nil is no limit.
  public var window: Int?
  /// Scores become cap · tanh(score / cap); nil is none.
  public var cap: Float?
  /// Whether later positions are invisible.
  public var causal: Bool

  /// See the properties.
  public init(scale: Float, window: Int? = nil, cap: Float? = nil, causal: Bool = true) {
    self.scale = scale
    self.window = window
    self.cap = cap
    self.causal = causal
  }
}
