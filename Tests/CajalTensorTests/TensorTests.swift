// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation
import Testing

struct TensorTests {
  @Test func `elements stand in row-major order`() {
    let x = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    #expect(x[1, 2, 3] == 23 && x[0, 1, 0] == 4)
    #expect(x.count == 24 && x.rank == 3)
    #expect(Tensor([7], shape: [])[] == 7)
    #expect(Tensor(repeating: 2, shape: [3]).array == [2, 2, 2])
    #expect(Tensor(zeros: [2, 0]).array == [])
  }

  @Test func `storage is aligned to cache lines`() {
    for count in [1, 63, 1000, 100_000] {
      Tensor(zeros: [count]).withFloats {
        #expect(UInt(bitPattern: $0.baseAddress) % 64 == 0)
      }
    }
  }

  @Test func `reshapes and leading slices share storage`() {
    let x = Tensor((0..<24).map { Float($0) }, shape: [4, 6])
    let view = x.reshaped(2, 12).rows(1..<2)
    #expect(view.shape == [1, 12] && view[0, 0] == 12)
    let base = x.withFloats { $0.baseAddress.map { $0 + 12 } }
    #expect(view.withFloats { $0.baseAddress } == base)
    #expect(x.rows(2..<2).shape == [0, 6])
  }

  @Test func `writing through one owner leaves the others`() {
    var x = Tensor((0..<6).map { Float($0) }, shape: [3, 2])
    let copy = x
    let slice = x.rows(1..<2)
    x.withMutableFloats { $0[2] = 99 }
    #expect(x.array == [0, 1, 99, 3, 4, 5])
    #expect(copy.array == [0, 1, 2, 3, 4, 5] && slice.array == [2, 3])
    var view = x.rows(1..<3)
    view.withMutableFloats { $0[0] = -1 }
    #expect(view.array == [-1, 3, 4, 5] && x.array == [0, 1, 99, 3, 4, 5])
  }

  @Test func `a sole owner writes in place`() {
    var x = Tensor(zeros: [100])
    let before = x.withFloats { UInt(bitPattern: $0.baseAddress) }
    x.withMutableFloats { $0[0] = 1 }
    #expect(x.withFloats { UInt(bitPattern: $0.baseAddress) } == before)
  }

  @Test func `bit equality sees the sign of zero and the bits of NaN`() {
    let x = Tensor([0, .nan], shape: [2])
    #expect(x.isBitEqual(to: Tensor([0, .nan], shape: [2])))
    #expect(!x.isBitEqual(to: Tensor([-0.0, .nan], shape: [2])))
    #expect(!x.isBitEqual(to: x.reshaped(1, 2)))
    #expect(Tensor(zeros: [0]).isBitEqual(to: Tensor(zeros: [0])))
  }

  @Test func `what is not finite is found anywhere`() {
    for count in [1, 15, 256, 300, 1000] {
      for bad in [Float.nan, .infinity, -.infinity] {
        for place in [0, count / 2, count - 1] {
          var values = [Float](repeating: 3e38, count: count)
          #expect(Tensor(values, shape: [count]).isFinite)
          values[place] = bad
          Variants.each { #expect(!Tensor(values, shape: [count]).isFinite, "\($0)") }
        }
      }
    }
    #expect(Tensor(zeros: [0]).isFinite)
  }

  @Test func `a tensor survives JSON to the bit`() throws {
    let x = Tensor([0.1, -0.0, .infinity, 0x1p-149, .nan, 3], shape: [2, 3])
    let data = try JSONEncoder().encode(x)
    #expect(try JSONDecoder().decode(Tensor.self, from: data).isBitEqual(to: x))
    // 1.0 is 00 00 80 3F in little-endian order.
    let one = try JSONEncoder().encode(Tensor([1], shape: [1]))
    #expect(String(decoding: one, as: UTF8.self).contains("AACAPw=="))
  }

  @Test(arguments: [
    #"{"shape":[2],"data":"AACAPw=="}"#, #"{"shape":[-1],"data":""}"#,
    #"{"shape":[4611686018427387904,4],"data":""}"#, #"{"shape":[1],"data":"AACAP"}"#,
    #"{"shape":[1],"data":"AACAPwA="}"#, #"{"shape":[1]}"#,
  ])
  func `JSON that does not fill its shape is refused`(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Tensor.self, from: Data(text.utf8))
    }
  }
}
