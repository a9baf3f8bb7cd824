// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalReport

struct NumberTextTests {
  @Test(arguments: [
    (0, "0"), (-0.0, "0"), (1, "1"), (1.04, "1.04"), (1.31724, "1.317"), (260_032, "260\u{202F}032"),
    (9999, "9999"), (-12.5, "−12.5"), (0.00123, "0.00123"), (0.000123, "1.23×10⁻⁴"),
    (1e-30, "10⁻³⁰"), (-1e30, "−10³⁰"), (123_456.789, "123\u{202F}457"), (.nan, "NaN"),
    (.infinity, "∞"), (-.infinity, "−∞"), (6.02214076e23, "6.02×10²³"), (999.96, "1000"),
  ])
  func `numbers are short`(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test func `a column has the same decimals where that loses nothing`() {
    #expect(NumberText.column([0.5, 0.25, 0]) == ["0.5000", "0.2500", "0.0000"])
    #expect(NumberText.column([1, 20, 300]) == ["1", "20", "300"])
    #expect(NumberText.column([100, 1e-9]) == ["100", "10⁻⁹"])
    #expect(NumberText.column([.nan, 1.5]) == ["NaN", "1.500"])
    #expect(NumberText.column([]) == [])
  }

  @Test func `cells of heatmaps have three digits at most`() {
    #expect([0.123, 0.9999, 12.34, 123.4, 1234, 123_456].map(NumberText.compact)
      == ["0.12", "1.00", "12.3", "123", "1234", "123k"])
  }

  @Test func `coordinates have two decimals and no exponent`() {
    #expect([0, -0.001, 1.005, 12.3456, 1e-9, 1e30, .nan].map(number)
      == ["0", "0", "1", "12.35", "0", "10000000", "0"])
  }
}
