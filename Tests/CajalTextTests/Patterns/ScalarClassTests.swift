// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CajalText

struct ScalarClassTests {
  @Test func `classes hold every scalar that Oniguruma puts into them`() throws {
    for expected in try PatternFixture.classes() {
      guard case .set(let set) = try PatternParser.parse(expected.pattern, .oniguruma) else {
        continue  // What stands for several scalars is compared on texts.
      }
      let found = PatternFixture.fingerprint(set)
      #expect(found.count == expected.count, "\(expected.pattern)")
      #expect(found.hash == expected.hash, "\(expected.pattern)")
    }
  }

  @Test func `uniform stretches are so in the standard library`() {
    for stretch in ScalarProperties.uniform {
      let categories = Set(
        stretch.compactMap { Unicode.Scalar($0)?.properties.generalCategory })
      #expect(categories.count == 1, "U+\(String(stretch.lowerBound, radix: 16))")
    }
  }

  /// Compares on whatever version of PCRE2 this system has.
  @Test(arguments: [
    #"\p{L}"#, #"\p{^L}"#, #"[^\s\p{L}\p{N}]"#, #"\p{Mn}"#, #"\p{M}"#, #"\p{P}"#, #"\p{Cn}"#,
    #"\w"#, #"\p{Han}"#, #"[\p{Lu}&&[^A-Z]]"#,
  ])
  func `PCRE2 finds the scalars of a class and no others`(_ source: String) throws {
    guard case .set(let set) = try PatternParser.parse(source, .oniguruma) else {
      Issue.record("“\(source)” is no class")
      return
    }
    let pattern = try Pattern(source + "+", engine: .pcreOnly)
    let (bytes, values) = PatternFixture.scalars
    var starts: [Int: UInt32] = [:]
    var position = 0
    for value in values {
      starts[position] = value
      position += value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x1_0000 ? 3 : 4
    }
    let bounds = try PatternFixture.bounds(pattern, bytes).map { starts[$0] ?? 0x11_0000 }
    let found = ScalarSet(
      stride(from: 0, to: bounds.count, by: 2).map { bounds[$0]..<bounds[$0 + 1] })
    #expect(found == set)
  }

  @Test func `sets obey the laws of sets`() {
    let left = ScalarSet([0x41..<0x5B, 0x61..<0x7B])
    let right = ScalarSet([0x50..<0x70, 0x10000..<0x10010])
    #expect(left.inverted.inverted == left)
    #expect(left.union(right).inverted == left.inverted.intersection(right.inverted))
    #expect(left.subtracting(right).isDisjoint(with: right))
    #expect(left.intersection(right).isSubset(of: left))
    #expect(ScalarSet.empty.inverted == .all)
    #expect(ScalarSet(0xD000...0xE000).ranges == [0xD000..<0xD800, 0xE000..<0xE001])
    for value: UInt32 in [0x40, 0x41, 0x5A, 0x5B, 0x61, 0x7A, 0x7B] {
      let isLetter = (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value)
      #expect(left.contains(value) == isLetter)
    }
  }
}
