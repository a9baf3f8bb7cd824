// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Testing

struct ClosenessTests {
  @Test func `the worst element is named with both values`() {
    let closeness = Closeness([1, 2.5, 3.9], [1, 2, 4], tolerance: 0.03)
    #expect(closeness.index == 1 && closeness.actual == 2.5 && closeness.expected == 2)
    #expect(closeness.difference == 0.125 && closeness.beyond == 1 && closeness.count == 3)
  }

  @Test func `infinities and NaN agree only with themselves`() {
    #expect(Closeness([.infinity, .nan], [.infinity, .nan], tolerance: 0).beyond == 0)
    #expect(Closeness([.infinity, 1], [1, .nan], tolerance: 10).beyond == 2)
    #expect(Closeness([.nan], [1], tolerance: 10).beyond == 1)
  }
}
