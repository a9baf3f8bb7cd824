// SPDX-License-Identifier: Apache-2.0
import CajalKernels
import CajalTensor
import Foundation

/// Every processor variant this machine can run, the baseline first.
enum Variants {
  static let names = ["baseline", "AVX2", "AVX-512"]

  /// Calls `body` once under each variant, with its name.
  static func each(_ body: (String) -> Void) {
    for variant in 0...cajal_best_variant() {
      cajal_force_variant(variant)
      body(names[Int(variant)])
    }
    cajal_force_variant(-1)
  }
}

extension Philox {
  /// Normal draws as a tensor.
  static func tensor(_ seed: UInt64, _ shape: Int..., scale: Float = 1) -> Tensor {
    Philox(seed: seed).normals(shape: shape, scale: scale)
  }
}

/// Rounds to bfloat16 or float16 bits for tests, by truncation for bfloat16.
enum Halves {
  static func bytes(_ tensor: Tensor, _ type: ScalarType) -> [UInt8] {
    tensor.array.flatMap { value -> [UInt8] in
      switch type {
      case .bfloat16:
        let bits = UInt16(value.bitPattern >> 16)
        return [UInt8(bits & 255), UInt8(bits >> 8)]
      case .float16:
        let bits = half(value)
        return [UInt8(bits & 255), UInt8(bits >> 8)]
      default:
        return withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
    }
  }

  /// Truncates a number of moderate size to float16.
  private static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let exponent = Int(bits >> 23 & 255) - 127 + 15
    let sign = UInt16(bits >> 16 & 0x8000)
    guard exponent > 0, exponent < 31 else { return sign }
    return sign | UInt16(exponent) << 10 | UInt16(bits >> 13 & 1023)
  }
}

extension PackedMatrix {
  /// A matrix of a tensor's values, first rounded to `type`.
  convenience init(_ tensor: Tensor, as type: ScalarType) {
    let bytes = Halves.bytes(tensor, type)
    let (outputs, inner) = (tensor.shape[0], tensor.shape[1])
    // The copy of the bytes lives until the initialiser returns.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
    defer { buffer.deallocate() }
    let odd = UnsafeMutableRawBufferPointer(rebasing: buffer[1...])  // files align nothing
    odd.copyBytes(from: bytes)
    self.init(bytes: UnsafeRawBufferPointer(odd), shape: (outputs, inner), type: type)
  }
}
