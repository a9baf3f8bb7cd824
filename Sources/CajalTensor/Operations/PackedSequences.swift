// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Keys or values of every sequence and group in the panels that products read.
///
/// Keys (transposed) as `[keys / 32][K][32]`, values as `[Kv / 32][keys][32]`, zero padded.
struct PackedSequences: Sendable {
  private let panels: Tensor
  private let starts: [Int]  // of each sequence, in floats
  private let groupSizes: [Int]  // of one group of each sequence, in floats

  /// - Parameters:
  ///   - rows: `[M, G, width]`
  ///   - offsets: boundaries of the sequences.
  ///   - transposed: whether positions are the outputs (keys) or the inner dimension (values).
  init(_ rows: Tensor, offsets: [Int], transposed: Bool) {
    let panel = PackedMatrix.panelWidth
    let (groups, width) = (rows.shape[1], rows.shape[2])
    var starts: [Int] = []
    var sizes: [Int] = []
    var total = 0
    for sequence in 0..<offsets.count - 1 {
      let length = offsets[sequence + 1] - offsets[sequence]
      let outputs = transposed ? length : width
      let inner = transposed ? width : length
      starts.append(total)
      sizes.append((outputs + panel - 1) / panel * panel * inner)
      total += sizes[sequence] * groups
    }
    (self.starts, groupSizes) = (starts, sizes)
    panels = Tensor(shape: [total]) { out in
      rows.withFloats { x in
        guard let x = x.baseAddress, let out = out.baseAddress, total > 0 else { return }
        Threads.forEachUnchecked((offsets.count - 1) * groups) { [starts, sizes] task in
          let (sequence, group) = (task / groups, task % groups)
          let length = offsets[sequence + 1] - offsets[sequence]
          let outputs = transposed ? length : width
          let inner = transposed ? width : length
          let source = x + (offsets[sequence] * groups + group) * width
          let target = out + starts[sequence] + group * sizes[sequence]
          let (outputStride, innerStride) = transposed ? (groups * width, 1) : (1, groups * width)
          if outputs % panel != 0 {
            let last = sizes[sequence] - panel * inner
            (target + last).update(repeating: 0, count: panel * inner)
          }
          cajal_pack(
            source, outputStride, innerStride, outputs, inner, Int32(CAJAL_FLOAT32), target, 0)
        }
      }
    }
  }

  /// The first panel of one sequence and group; valid while this value lives.
  func panels(_ sequence: Int, _ group: Int) -> UnsafePointer<Float>? {
    let start = starts[sequence] + group * groupSizes[sequence]
    return panels.withFloats { $0.baseAddress.map { $0 + start } }
  }
}
