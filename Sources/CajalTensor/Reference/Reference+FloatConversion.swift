// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// The value of a float16 by its definition: sign, five bits of exponent, ten of fraction.
  public static func float16(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1023) / 1024
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    let size = exponent == 0 ? fraction : 1 + fraction
    return sign * Double(sign: .plus, exponent: max(exponent, 1) - 15, significand: 1) * size
  }

  /// The value of a bfloat16 by its definition: sign, eight bits of exponent, seven of fraction.
  public static func bfloat16(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 7 & 255)
    let fraction = Double(bits & 127) / 128
    if exponent == 255 { return fraction == 0 ? sign * .infinity : .nan }
    let size = exponent == 0 ? fraction : 1 + fraction
    return sign * Double(sign: .plus, exponent: max(exponent, 1) - 127, significand: 1) * size
  }
}
