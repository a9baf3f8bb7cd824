// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import Synchronization

/// Count, moments and extremes of many numbers, in Float64.
///
/// Statistics of parts are joined by Chan's update, in a fixed order, so that neither the size of a
/// tensor nor the number of threads costs accuracy or changes a bit.
///
/// - Source: Chan, Golub, LeVeque 1979, "Updating formulae and a pairwise algorithm for computing
///   sample variances".
struct NumberStatistics: Sendable, Equatable {
  private(set) var count = 0
  private(set) var mean = 0.0
  /// Σ (x − mean)².
  private(set) var squaredDeviations = 0.0
  private(set) var minimum = Double.infinity
  private(set) var maximum = -Double.infinity
  private(set) var zeros = 0

  /// The standard deviation over all numbers.
  var standardDeviation: Double { count > 0 ? (squaredDeviations / Double(count)).squareRoot() : 0 }
  /// √(Σ x² / n).
  var rootMeanSquare: Double {
    count > 0 ? (squaredDeviations / Double(count) + mean * mean).squareRoot() : 0
  }
  /// √(Σ x²).
  var norm: Double { rootMeanSquare * Double(count).squareRoot() }
  /// The share of numbers that are exactly zero.
  var zeroShare: Double { count > 0 ? Double(zeros) / Double(count) : 0 }

  /// Statistics of nothing.
  init() {}

  /// Statistics of some numbers.
  init(_ values: UnsafeBufferPointer<Float>) {
    count = values.count
    guard count > 0 else { return }
    var sum = 0.0
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values {
      sum += Double(value)
      low = value < low ? value : low
      high = value > high ? value : high
      zeros += value == 0 ? 1 : 0
    }
    mean = sum / Double(count)
    var squares = 0.0
    for value in values {
      let deviation = Double(value) - mean
      squares += deviation * deviation
    }
    squaredDeviations = squares
    (minimum, maximum) = (Double(low), Double(high))
  }

  /// Takes the numbers of another part in.
  mutating func merge(_ other: NumberStatistics) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    squaredDeviations +=
      other.squaredDeviations + difference * difference * Double(count) * Double(other.count)
      / total
    mean += difference * Double(other.count) / total
    count += other.count
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    zeros += other.zeros
  }
}

extension NumberStatistics {
  /// Numbers that one part holds; bounds the memory beside the file itself.
  private static let partCount = 1 << 18

  /// Statistics of a stored tensor, read in parts whose pages are released behind.
  init(_ tensor: StoredTensor) throws(CheckpointError) {
    self.init()
    try tensor.requireUnchanged()
    let (count, step, type) = (tensor.count, tensor.type.byteCount, tensor.type)
    let parts = (count + Self.partCount - 1) / Self.partCount
    let results = Mutex([NumberStatistics](repeating: NumberStatistics(), count: parts))
    tensor.withBytes { bytes in
      nonisolated(unsafe) let bytes = bytes
      Threads.forEach(parts) { part in
        let range = part * Self.partCount..<min((part + 1) * Self.partCount, count)
        let slice = UnsafeRawBufferPointer(
          rebasing: bytes[range.lowerBound * step..<range.upperBound * step])
        let values = FloatConversion.tensor(slice, type: type, shape: [range.count])
        let statistics = values.withFloats { NumberStatistics($0) }
        results.withLock { $0[part] = statistics }
      }
    }
    tensor.releasePages()
    for statistics in results.withLock({ $0 }) { merge(statistics) }
  }
}
