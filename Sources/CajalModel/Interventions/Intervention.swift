// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// A change to a run at one site, as a value that can be stored and sent.
public struct Intervention: Sendable, Codable {
  /// Where.
  public var site: Site
  /// Which part of the value; the rest stays.
  public var selection: Selection
  /// What happens to it.
  public var action: Action

  /// An intervention on the selected part of a site.
  public init(_ action: Action, at site: Site, _ selection: Selection = .all) {
    self.action = action
    self.site = site
    self.selection = selection
  }

  /// What happens to the selected values. In the formulas x is one selected row: the selected
  /// components of the last axis at one position (and head).
  public enum Action: Sendable, Codable {
    /// x ← value. One number, one row, or one number for every selected component.
    case set(Tensor)
    /// x ← x + value, shaped as for `set`.
    case add(Tensor)
    /// x ← factor · x.
    case scale(Float)
    /// x ← x − (x·v) v / (v·v): removes the direction v.
    case projectOut(Tensor)
    /// x ← the same coordinates of a whole value of this site, from a trace of equal shape.
    case replace(Tensor)
    /// x ← the mean over positions of a value of this site from any run; nil: from this run.
    case meanAblate(Tensor?)
    /// x ← the row of a random position of a value of this site from any run; nil: from this run.
    /// The position drawn for a row depends on the seed and the row's index alone.
    case resampleAblate(Tensor?, seed: UInt64)
    /// x ← x + (value − a) · decoder, where a = z if z > threshold else 0, z = encoder · x + bias:
    /// turns a dictionary's feature to `value`.
    case clamp(Feature, to: Float)
  }

  /// One feature of a dictionary as plain vectors.
  public struct Feature: Sendable, Codable {
    /// Reads the feature, [components].
    public var encoder: Tensor
    /// Added to what is read.
    public var bias: Float
    /// The feature is off at or below this; 0 is a plain rectifier.
    public var threshold: Float
    /// What one unit of the feature adds, [components].
    public var decoder: Tensor

    /// A feature of equal encoder and decoder widths.
    public init(encoder: Tensor, bias: Float = 0, threshold: Float = 0, decoder: Tensor) {
      precondition(
        encoder.count == decoder.count, "encoder \(encoder.shape), decoder \(decoder.shape)")
      self.encoder = encoder
      self.bias = bias
      self.threshold = threshold
      self.decoder = decoder
    }
  }
}
