// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation
import Testing

struct PhiloxTests {
  /// Known answers of Philox4x32-10 from the file kat_vectors of the Random123 library.
  @Test func `the block function gives the published vectors`() {
    #expect(
      Philox.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.block(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func `draws come from the words of their block`() {
    let draws = Philox(seed: 0)
    #expect(draws.words(0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(draws.bits(0) == 0xe169_c58d_6627_e8d5)
    #expect(draws.bits(1) == 0x9b00_dbd8_bc57_ac4c)
    #expect(draws.uniform(2) == Float(0xbc57_ac4c >> 8) / Float(1 << 24))
    #expect(draws.uniformDouble(0) == Double(0xe169_c58d_6627_e8d5 as UInt64 >> 11) * 0x1p-53)
    #expect(Philox(seed: 1).bits(0) != draws.bits(0))
    #expect(Philox(seed: 0, stream: 1).bits(0) != draws.bits(0))
  }

  @Test func `normals have the moments of the normal distribution`() {
    let count = 20000
    let values = (0..<UInt64(count)).map { Philox(seed: 5).normal($0) }
    func moment(_ power: Double) -> Double {
      values.reduce(0) { $0 + pow($1, power) } / Double(count)
    }
    // Five standard errors of each: √(1, 2, 15, 96) / √n.
    let error = 5 / Double(count).squareRoot()
    #expect(abs(moment(1)) < error)
    #expect(abs(moment(2) - 1) < error * 2.0.squareRoot())
    #expect(abs(moment(3)) < error * 15.0.squareRoot())
    #expect(abs(moment(4) - 3) < error * 96.0.squareRoot())
    // The pair of one block is not correlated.
    let pairs = stride(from: 0, to: count, by: 2).reduce(0) { $0 + values[$1] * values[$1 + 1] }
    #expect(abs(pairs / Double(count / 2)) < error * 2.0.squareRoot())
  }

  @Test func `integers below a limit are even, also where a plain remainder would not be`() {
    let draws = Philox(seed: 9)
    var thirds = [0, 0, 0]
    var residues = [0, 0, 0]
    // 3 · 2^62: without rejection a plain remainder would favour the first third, and a plain
    // product one residue of three, twice over.
    let limit: UInt64 = 3 << 62
    for index in 0..<6000 as Range<UInt64> {
      let value = draws.integer(index, below: limit)
      #expect(value < limit)
      thirds[Int(value >> 62)] += 1
      residues[Int(value % 3)] += 1
    }
    for count in thirds + residues { #expect(abs(count - 2000) < 5 * 37) }  // √(6000 · 2/9) = 36.5
    #expect(draws.integer(0, below: 1) == 0)
  }

  @Test func `a permutation holds everything once and depends on the seed`() {
    let order = Philox(seed: 1).permutation(100)
    #expect(order.sorted() == Array(0..<100))
    #expect(order == Philox(seed: 1).permutation(100))
    #expect(order != Philox(seed: 2).permutation(100))
    #expect(Philox(seed: 1).permutation(0).isEmpty)
  }

  @Test func `a tensor of draws does not depend on threads`() {
    let one = Threads.with(count: 1) { Philox(seed: 3).normals(shape: [300, 100]) }
    let five = Threads.with(count: 5) { Philox(seed: 3).normals(shape: [300, 100]) }
    #expect(one.isBitEqual(to: five))
    #expect(one[17, 5] == Float(Philox(seed: 3).normal(1705)))
    let uniform = Philox(seed: 4).uniforms(shape: [5000])
    #expect(uniform.array.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniform.rowMeans()[0] - 0.5) < 5 * 0.2887 / 5000.0.squareRoot())
  }
}
