// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

/// Derivatives by central differences of a Float64 reference.
///
/// Inputs stand on a grid of 2^-10, so that inputs moved by one and two steps are exact in Float32;
/// the differences of both steps are extrapolated to an error of the fourth order of 2^-10.
enum FiniteDifferences {
  static let step: Float = 0x1p-10

  /// `Σ cotangent · f(inputs)` differentiated by every element of every input.
  static func cotangents(
    _ inputs: [Tensor], _ cotangent: [Double], _ f: ([Tensor]) -> [Double]
  ) -> [[Double]] {
    inputs.indices.map { index in
      (0..<inputs[index].count).map { element in
        func value(_ steps: Float) -> Double {
          var moved = inputs
          moved[index].withMutableFloats { $0[element] += steps * step }
          return zip(f(moved), cotangent).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let near = value(1) - value(-1)
        let far = value(2) - value(-2)
        return (8 * near - far) / (12 * Double(step))
      }
    }
  }
}

extension Philox {
  /// Normal draws on the grid of finite differences.
  static func grid(_ seed: UInt64, _ shape: Int..., scale: Float = 1) -> Tensor {
    let draws = Philox(seed: seed).normals(shape: shape, scale: scale)
    return Tensor(draws.array.map { ($0 / 0x1p-10).rounded() * 0x1p-10 }, shape: shape)
  }
}

/// What a rule must keep, for an operation of some inputs:
/// its cotangents are those of finite differences of the reference, under every processor variant;
/// three cotangents at once have the bits of one at a time; so have 2 and 5 threads, and an input that
/// is tracked alone.
func expectRule(
  at inputs: [Tensor], tolerance: Double = 2e-6, _ what: String = "",
  _ operation: ([Tensor]) -> Tensor, _ reference: ([Tensor]) -> [Double],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let shape = operation(inputs).shape
  let three = Philox(seed: 99).normals(shape: [3] + shape)
  let expected = (0..<3).map { c in
    FiniteDifferences.cotangents(
      inputs, three.rows(c..<c + 1).array.map(Double.init), reference)
  }
  Variants.each { variant in
    let all = pulled(three, through: operation, at: inputs)
    for (index, found) in all.enumerated() {
      let name = "\(what) \(variant), input \(index)"
      guard let found else {
        Issue.record("\(name): no cotangent arrived", sourceLocation: sourceLocation)
        continue
      }
      #expect(found.shape == [3] + inputs[index].shape, sourceLocation: sourceLocation)
      expectClose(
        found, expected.flatMap { $0[index] }, tolerance: tolerance, name,
        sourceLocation: sourceLocation)
      for c in 0..<3 {
        let one = pulled(three.rows(c..<c + 1), through: operation, at: inputs)[index]
        #expect(
          one?.isBitEqual(to: found.rows(c..<c + 1)) ?? false, "\(name), one at a time",
          sourceLocation: sourceLocation)
      }
      let alone = pulled(three, through: operation, at: inputs, tracking: [index])[index]
      #expect(
        alone?.isBitEqual(to: found) ?? false, "\(name), alone", sourceLocation: sourceLocation)
    }
    for count in [1, 5] {
      let again = Threads.with(count: count) { pulled(three, through: operation, at: inputs) }
      for (one, other) in zip(again, all) {
        #expect(
          bitEqual(one, other), "\(what) \(variant), \(count) threads",
          sourceLocation: sourceLocation)
      }
    }
  }
}

private func bitEqual(_ a: Tensor?, _ b: Tensor?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return a.isBitEqual(to: b)
}

/// Cotangents of the inputs of an operation, those of `tracking` alone where it is given.
func pulled(
  _ cotangents: Tensor, through operation: ([Tensor]) -> Tensor, at inputs: [Tensor],
  tracking: Set<Int>? = nil
) -> [Tensor?] {
  let leaves = inputs.enumerated().map { index, input in
    tracking?.contains(index) ?? true ? input.tracked() : input
  }
  return pullBack([(operation(leaves), cotangents)], to: leaves)
}
