// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import CajalText

/// What the packages `tokenizers` and `tiktoken` make of patterns; written by
/// dev/fixtures/make_pattern_cases.py.
enum PatternFixture {
  struct Matches: Decodable {
    struct Case: Decodable {
      var pattern: String
      var syntax: String
      var matches: [[Int]]
    }

    var texts: [String]
    var cases: [Case]
  }

  struct Classes: Decodable {
    struct Class: Decodable {
      var pattern: String
      var count: Int
      var hash: String
    }

    var classes: [Class]
  }

  static func matches() throws -> Matches {
    try JSONDecoder().decode(Matches.self, from: TextFixture.bytes("pattern-cases.json"))
  }

  static func classes() throws -> [Class] {
    try JSONDecoder().decode(Classes.self, from: TextFixture.bytes("scalar-classes.json")).classes
  }

  typealias Class = Classes.Class

  /// The bounds of the matches that are not empty, one after the other.
  static func bounds(_ pattern: Pattern, _ text: some Sequence<UInt8>) throws -> [Int] {
    var bounds: [Int] = []
    try Array(text).withUnsafeBufferPointer { bytes in
      try pattern.matches(in: bytes) { match in
        if !match.isEmpty { bounds += [match.lowerBound, match.upperBound] }
      }
    }
    return bounds
  }

  /// Every scalar in order, and where each begins.
  static let scalars: (bytes: [UInt8], values: [UInt32]) = {
    let scalars = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init)
    var bytes: [UInt8] = []
    for scalar in scalars { bytes += UTF8.encode(scalar).map(Array.init) ?? [] }
    return (bytes, scalars.map(\.value))
  }()

  /// How many scalars, and 64-bit FNV-1a over the bounds of their ranges, three bytes each.
  static func fingerprint(_ set: ScalarSet) -> (count: Int, hash: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for range in set.ranges {
      for bound in [range.lowerBound, range.upperBound] {
        for shift in [0, 8, 16] as [UInt32] {
          hash = (hash ^ UInt64(bound >> shift & 0xFF)) &* 0x100_0000_01b3
        }
      }
    }
    let digits = String(hash, radix: 16)
    return (
      set.ranges.reduce(0) { $0 + $1.count },
      String(repeating: "0", count: 16 - digits.count) + digits
    )
  }
}
