// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation

/// What this machine can do at most, measured the moment before and after a measurement.
package enum Machine {
  /// The seconds `body` takes.
  package static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let duration = try clock.measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// Multiplications and additions a second of the platform's matrix product (`dnnl_sgemm` on Linux)
  /// at 2048 × 3072 × 768: the best of some repetitions.
  package static func productRate(repetitions: Int = 5) -> Double {
    let (rows, columns, inner) = (2048, 3072, 768)
    let a = Philox(seed: 1).uniforms(shape: [rows, inner])
    let b = Philox(seed: 2).uniforms(shape: [inner, columns])
    var best = Double.infinity
    for _ in 0..<repetitions + 1 {
      best = min(
        best,
        seconds {
          let product = Product.multiply(a, b)
          precondition(product[0, 0] > 0, "the product of positive matrices is positive")
        })
    }
    return 2 * Double(rows * columns * inner) / best
  }

  /// Bytes a second that a plain sum over a gigabyte reads, on all threads: the best of some
  /// repetitions.
  package static func readBandwidth(repetitions: Int = 5) -> Double {
    let rows = 1 << 10
    let memory = Tensor(repeating: 1, shape: [rows, 1 << 18])
    var best = Double.infinity
    for _ in 0..<repetitions {
      best = min(best, seconds { sum(memory, rows) })
    }
    return Double(memory.count * MemoryLayout<Float>.stride) / best
  }

  /// Adds all words of a tensor of ones.
  private static func sum(_ memory: Tensor, _ parts: Int) {
    memory.withFloats { floats in
      // The memory of a tensor is aligned to 64 bytes.
      let words = UnsafeRawBufferPointer(floats).bindMemory(to: SIMD8<UInt64>.self)
      let count = words.count / parts
      nonisolated(unsafe) let start = words
      Threads.forEach(parts) { part in
        var sums = SIMD8<UInt64>()
        for at in part * count..<(part + 1) * count { sums &+= start[at] }
        precondition(
          sums.wrappedSum() == UInt64(8 * count) &* 0x3F80_0000_3F80_0000,
          "memory changed under the sum")
      }
    }
  }
}
