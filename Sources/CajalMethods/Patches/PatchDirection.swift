// SPDX-License-Identifier: Apache-2.0

/// Which way activations are moved.
public enum PatchDirection: String, Sendable, Codable, CaseIterable {
  /// Clean activations into the corrupted run: what is enough to restore the behaviour.
  case denoising
  /// Corrupted activations into the clean run: what is needed for the behaviour.
  case noising
}
