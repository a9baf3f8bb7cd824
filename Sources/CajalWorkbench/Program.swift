// SPDX-License-Identifier: Apache-2.0

/// What is the same in every result this program leaves.
public enum Program {
  /// The version, as findings record it.
  public static let version = "0.1.0"
}
