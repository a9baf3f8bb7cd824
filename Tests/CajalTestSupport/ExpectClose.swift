// SPDX-License-Identifier: Apache-2.0
public import CajalTensor
public import Testing

/// How far `actual` is from `expected`: each difference relative to the largest expected magnitude.
///
/// Infinities agree with themselves alone and NaN with NaN alone; all else that is not finite is
/// infinitely far.
public struct Closeness: CustomStringConvertible {
  /// Position of the worst element.
  public var index = 0
  /// What was computed there.
  public var actual = 0.0
  /// What was expected there.
  public var expected = 0.0
  /// Its difference, divided by `scale`.
  public var difference = 0.0
  /// Elements beyond the tolerance.
  public var beyond = 0
  /// Elements compared.
  public var count = 0
  /// The largest finite expected magnitude; 1 when all are zero.
  public var scale = 1.0

  /// Compares element by element.
  public init(_ actual: [Double], _ expected: [Double], tolerance: Double) {
    count = expected.count
    let largest = expected.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    scale = largest > 0 ? largest : 1
    difference = -1
    for (position, pair) in zip(actual, expected).enumerated() {
      let (a, b) = pair
      let same = a == b || (a.isNaN && b.isNaN)
      let distance = same ? 0 : (a - b).isFinite ? abs(a - b) / scale : .infinity
      if distance > tolerance { beyond += 1 }
      if distance > difference {
        (index, self.actual, self.expected, difference) = (position, a, b, distance)
      }
    }
  }

  /// The worst element, both values and how many are beyond.
  public var description: String {
    "worst at \(index): \(actual), expected \(expected), difference \(difference) of the largest "
      + "magnitude \(scale); \(beyond) of \(count) beyond the tolerance"
  }
}

/// Expects equal counts and every difference within `tolerance` of the largest expected magnitude;
/// a failure names the worst element, its index, both values and how many are beyond.
public func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what) \(actual.count) elements, expected \(expected.count)", sourceLocation: sourceLocation
    )
    return
  }
  let closeness = Closeness(actual, expected, tolerance: tolerance)
  #expect(closeness.beyond == 0, "\(what) \(closeness)", sourceLocation: sourceLocation)
}

/// The same for tensors, whose shapes must agree.
public func expectClose(
  _ actual: Tensor, _ expected: Tensor, tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record(
      "\(what) shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  expectClose(
    actual.array.map(Double.init), expected.array.map(Double.init), tolerance: tolerance, what,
    sourceLocation: sourceLocation)
}

/// The same for a tensor against reference numbers in Float64.
public func expectClose(
  _ actual: Tensor, _ expected: [Double], tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    actual.array.map(Double.init), expected, tolerance: tolerance, what,
    sourceLocation: sourceLocation)
}
