// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Testing

@testable import CajalReport

struct TicksTests {
  @Test func `ticks are round numbers`() {
    #expect(Ticks.linear(from: 0, to: 100, count: 5) == [0, 20, 40, 60, 80, 100])
    #expect(Ticks.linear(from: 0, to: 1, count: 5) == [0, 0.2, 0.4, 0.6, 0.8, 1])
    #expect(Ticks.linear(from: -1, to: 2.9, count: 4) == [-1, 0, 1, 2])
    #expect(Ticks.linear(from: 0.3, to: 0.61, count: 3) == [0.3, 0.4, 0.5, 0.6])
    #expect(Ticks.linear(from: 0, to: 511, count: 5) == [0, 100, 200, 300, 400, 500])
  }

  @Test func `ticks of any range lie within it, at one step of 1, 2 or 5 times a power of ten`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let scale = pow(10, Double.random(in: -280...280, using: &generator))
      let low = Double.random(in: -1...1, using: &generator) * scale
      let high = low + Double.random(in: 1e-3...2, using: &generator) * scale
      let count = Int.random(in: 3...12, using: &generator)
      let ticks = Ticks.linear(from: low, to: high, count: count)
      let slack = (high - low) * 1e-6
      #expect(ticks.allSatisfy { $0 >= low - slack && $0 <= high + slack }, "\(low) \(high)")
      #expect(ticks.count >= 2 && ticks.count <= 2 * count + 1, "\(low) \(high) \(count) \(ticks)")
      guard ticks.count >= 2 else { continue }
      let step = ticks[1] - ticks[0]
      let lead = step / pow(10, (log10(step) + 1e-6).rounded(.down))
      #expect([1.0, 2, 5].contains { abs($0 - lead) < 1e-3 }, "\(low) \(high) \(ticks)")
      #expect(
        Set(Ticks.labels(ticks)).count == ticks.count, "\(low) \(high) \(Ticks.labels(ticks))")
    }
  }

  @Test func `logarithmic ticks are powers of ten, with 2 and 5 where there are few`() {
    #expect(Ticks.logarithmic(from: 1, to: 1e6, count: 4).map { log10($0) } == [0, 2, 4, 6])
    #expect(Ticks.logarithmic(from: 1, to: 60, count: 8) == [1, 2, 5, 10, 20, 50])
    #expect(Ticks.logarithmic(from: 20, to: 60, count: 4).allSatisfy { $0 >= 20 && $0 <= 60 })
  }

  @Test func `labels use prefixes, decimals and powers as their size asks`() {
    #expect(Ticks.labels([0, 0.5, 1]) == ["0.0", "0.5", "1.0"])
    #expect(Ticks.labels([0, 10_000, 20_000]) == ["0", "10k", "20k"])
    #expect(Ticks.labels([0, 500_000, 1_000_000]) == ["0", "0.5M", "1.0M"])
    #expect(Ticks.labels([-2e9, 0, 2e9]) == ["−2G", "0", "2G"])
    #expect(Ticks.labels([1e-30, 2e-30]) == ["10⁻³⁰", "2×10⁻³⁰"])
    #expect(Ticks.labels([1e30, 1.5e30]) == ["10³⁰", "1.5×10³⁰"])
    #expect(Ticks.labels([0]) == ["0"])
    #expect(Ticks.logarithmicLabels([1, 10, 100, 10_000]) == ["1", "10", "100", "10k"])
    #expect(Ticks.logarithmicLabels([1e-5, 1e-3]) == ["10⁻⁵", "10⁻³"])
  }

  @Test func `scales of degenerate values have an extent`() {
    for values in Examples.degenerateValues {
      for scale in [Axis.Scale.linear, .logarithmic] {
        let axis = AxisScale(covering: values, scale: scale)
        #expect(axis.low < axis.high && (axis.high - axis.low).isFinite, "\(values.prefix(3))")
        for value in values {
          if let share = axis.share(of: value), abs(value) <= 1e300 {
            #expect((-1e-9...1 + 1e-9).contains(share) || scale == .logarithmic, "\(value)")
          }
        }
        let padded = axis.padded(by: 0.05).rounded(toTicks: 5)
        #expect(padded.low < padded.high)
      }
    }
  }

  @Test func `a scale puts its ends at its ends`() throws {
    let linear = AxisScale(covering: [2, 4, .nan, .infinity], scale: .linear)
    #expect(linear.share(of: 2) == 0 && linear.share(of: 4) == 1 && linear.share(of: 3) == 0.5)
    #expect(linear.share(of: .nan) == nil)
    let logarithmic = AxisScale(covering: [1, 100, -5, 0], scale: .logarithmic)
    #expect(abs(try #require(logarithmic.share(of: 10)) - 0.5) < 1e-12)
    #expect(logarithmic.share(of: -5) == nil)
  }

  @Test func `whole numbers get whole ticks, and others keep theirs`() {
    for last in [1, 2, 3, 4, 7, 11, 31, 95, 1023] {
      let values = (0...last).map(Double.init)
      for count in 2...12 {
        let ticks = AxisScale(covering: values, scale: .linear, countsWholes: true)
          .ticks(count: count)
        #expect(ticks.allSatisfy { $0 == $0.rounded() } && ticks.count >= 2, "\(last): \(ticks)")
      }
    }
    #expect(AxisScale(covering: [0, 1, 2, 3, 4], scale: .linear).ticks(count: 10).contains(0.5))
    let halves = AxisScale(covering: [0, 0.5, 1], scale: .linear, countsWholes: true)
    #expect(halves.ticks(count: 4).contains(0.2))
    #expect(AxisScale(covering: [3], scale: .linear, countsWholes: true).ticks(count: 5) == [3])
    let empty = AxisScale(covering: [], scale: .linear, countsWholes: true)
    #expect(empty.ticks(count: 5).contains(0.2))
  }
}
