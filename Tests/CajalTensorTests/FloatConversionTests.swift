// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct FloatConversionTests {
  private func bits(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
  }

  @Test func `all 65536 float16 and bfloat16 widen to their value`() {
    let bytes = bits(65536)
    let half = bytes.withUnsafeBytes { FloatConversion.tensor($0, type: .float16, shape: [65536]) }
    let brain = bytes.withUnsafeBytes {
      FloatConversion.tensor($0, type: .bfloat16, shape: [65536])
    }
    let (halves, brains) = (half.array, brain.array)
    var wrong: [Int] = []
    for index in 0..<65536 {
      let pattern = UInt16(index)
      let (a, b) = (Reference.float16(pattern), Reference.bfloat16(pattern))
      let same = Double(halves[index]) == a || (a.isNaN && halves[index].isNaN)
      let alike = Double(brains[index]) == b || (b.isNaN && brains[index].isNaN)
      if !same || !alike { wrong.append(index) }
    }
    #expect(wrong.isEmpty)
    #expect(halves[0x8000].sign == .minus && brains[0x8000].sign == .minus)
  }

  @Test func `packed halves widen to the same bits as converted ones on every variant`() {
    let bytes = bits(65536)
    for type in [ScalarType.float16, .bfloat16] {
      let all = bytes.withUnsafeBytes { FloatConversion.tensor($0, type: type, shape: [65536]) }
      let matrix = bytes.withUnsafeBytes { PackedMatrix(bytes: $0, shape: (65536, 1), type: type) }
      let one = Tensor([1], shape: [1, 1])
      let expected = all.array
      Variants.each { variant in
        // 1 · w + 0 is w, but for the sign of zero.
        let actual = matrix.product(one).array
        let wrong = (0..<65536).filter {
          actual[$0] != expected[$0] && !(actual[$0].isNaN && expected[$0].isNaN)
        }
        #expect(wrong.isEmpty, "\(variant)")
      }
    }
  }

  @Test func `numbers are rounded once, at any alignment`() {
    func convert<T>(_ values: [T], _ type: ScalarType) -> [Float] {
      let bytes = [0] + values.withUnsafeBytes { Array($0) }
      return bytes.withUnsafeBytes {
        FloatConversion.tensor(
          UnsafeRawBufferPointer(rebasing: $0[1...]), type: type, shape: [values.count]
        ).array
      }
    }
    let doubles = [0.1, -1e300, 1e-42, 0x1p24 + 1, 0x1p24 + 3, .infinity]
    #expect(convert(doubles, .float64) == doubles.map { Float($0) })
    #expect(convert([Float(0.1), -2], .float32) == [0.1, -2])
    #expect(convert([Int64.min, 16_777_217, -1], .int64) == [-0x1p63, 16_777_216, -1])
    #expect(convert([UInt64.max, 3], .uint64) == [0x1p64, 3])
    #expect(convert([Int32.min, 7], .int32) == [-0x1p31, 7])
    #expect(convert([UInt32.max, 7], .uint32) == [0x1p32, 7])
    #expect(convert([Int16.min, 7], .int16) == [-32768, 7])
    #expect(convert([UInt16.max, 7], .uint16) == [65535, 7])
    #expect(convert([Int8.min, 7], .int8) == [-128, 7])
    #expect(convert([UInt8.max, 7], .uint8) == [255, 7])
    #expect(convert([UInt8(1), 0], .bool) == [1, 0])
    #expect(convert([UInt8](), .uint8) == [])
  }
}
