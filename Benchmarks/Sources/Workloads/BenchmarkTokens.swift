// SPDX-License-Identifier: Apache-2.0

/// The tokens that everybody who is compared runs on: they look random and need no file.
package enum BenchmarkTokens {
  /// `count` tokens of a vocabulary from the i-th on: (7919 i + 13) mod V.
  package static func tokens(_ count: Int, vocabulary: Int, from first: Int = 0) -> [Int] {
    (first..<first + count).map { ($0 * 7919 + 13) % vocabulary }
  }

  /// Several sequences, one after the other in that order.
  package static func sequences(_ count: Int, of length: Int, vocabulary: Int) -> [[Int]] {
    (0..<count).map { tokens(length, vocabulary: vocabulary, from: $0 * length) }
  }
}
