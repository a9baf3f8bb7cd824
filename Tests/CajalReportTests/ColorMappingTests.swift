// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Testing

@testable import CajalReport

struct ColorMappingTests {
  @Test func `zero is neutral and the largest magnitude is full on a diverging scale`() {
    let mapping = ColorMapping(.diverging, covering: [-1, 4, .nan])
    #expect(mapping.styleClass(of: 0) == "d16")
    #expect(mapping.styleClass(of: 4) == "d32")
    #expect(mapping.styleClass(of: -4) == "d0")
    #expect(mapping.styleClass(of: -1) == "d12")
    #expect(mapping.styleClass(of: .nan) == "qn")
  }

  @Test func `a sequential scale runs from the smallest to the largest value or as told`() {
    let free = ColorMapping(.sequential, covering: [2, 4, .infinity])
    #expect(free.low == 2 && free.high == 4)
    #expect(free.styleClass(of: .infinity) == "q31" && free.styleClass(of: -.infinity) == "q0")
    let share = ColorMapping(.share, covering: [0.2, 0.4])
    #expect(share.low == 0 && share.high == 1)
  }

  @Test func `values without extent have one colour and large ones do not overflow`() {
    let equal = ColorMapping(.sequential, covering: [3, 3])
    #expect(equal.styleClass(of: 3) == "q0")
    let zeros = ColorMapping(.diverging, covering: [0, 0])
    #expect(zeros.styleClass(of: 0) == "d16")
    let huge = ColorMapping(.sequential, covering: [-1.7e308, 1.7e308])
    #expect(huge.share(of: 0) == 0.5)
  }
}
