// SPDX-License-Identifier: Apache-2.0

/// What is moved at once.
public enum PatchUnit: String, Sendable, Codable, CaseIterable {
  /// A layer's whole value.
  case layer
  /// A layer's value at one position.
  case position
  /// One head of a layer, at all positions.
  case head
}
