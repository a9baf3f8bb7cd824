// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// How attention's kernels read the rows of one sequence and group: see `cajal_positions`.
enum PositionLayout {
  /// `[positions / 32][width][32]`: what rows are multiplied with, as keys are by queries.
  case panels
  /// `[positions][width]`, rows padded with zeros to whole sixteens: what rows are mixed from, as
  /// values are by the pattern.
  case rows

  /// Floats of `count` positions of one group.
  func size(_ count: Int, width: Int) -> Int {
    switch self {
    case .panels: (count + 31) / 32 * 32 * width
    case .rows: count * PositionLayout.padded(width)
    }
  }

  /// A row's width in whole sixteens.
  static func padded(_ width: Int) -> Int { (width + 15) / 16 * 16 }

  /// Writes `count` positions from position `at` on; the panel after the last is begun with zeros.
  ///
  /// - Parameters:
  ///   - source: the first position's row of this group.
  ///   - stride: floats from position to position.
  ///   - target: position 0 of this group.
  func write(
    _ source: UnsafePointer<Float>, stride: Int, count: Int, width: Int,
    to target: UnsafeMutablePointer<Float>, at: Int
  ) {
    switch self {
    case .panels: cajal_attention_pack_keys(source, stride, count, width, target, at)
    case .rows:
      let start = at * PositionLayout.padded(width)
      cajal_attention_pack_values(source, stride, count, width, target + start)
    }
  }
}

/// Rows of every sequence and group in one layout.
struct PackedPositions: Sendable {
  private let packed: Tensor
  private let starts: [Int]  // of each sequence, in floats
  private let groupSizes: [Int]  // of one group of each sequence, in floats

  /// - Parameters:
  ///   - rows: `[N, G, width]`
  ///   - offsets: boundaries of the sequences.
  init(_ rows: Tensor, offsets: [Int], layout: PositionLayout) {
    let (groups, width) = (rows.shape[1], rows.shape[2])
    var starts: [Int] = []
    var sizes: [Int] = []
    var total = 0
    for sequence in 0..<offsets.count - 1 {
      starts.append(total)
      sizes.append(layout.size(offsets[sequence + 1] - offsets[sequence], width: width))
      total += sizes[sequence] * groups
    }
    (self.starts, groupSizes) = (starts, sizes)
    packed = Tensor(shape: [total]) { out in
      rows.withFloats { x in
        guard let x = x.baseAddress, let out = out.baseAddress, total > 0 else { return }
        Threads.forEachUnchecked((offsets.count - 1) * groups) { [starts, sizes] task in
          let (sequence, group) = (task / groups, task % groups)
          layout.write(
            x + (offsets[sequence] * groups + group) * width, stride: groups * width,
            count: offsets[sequence + 1] - offsets[sequence], width: width,
            to: out + starts[sequence] + group * sizes[sequence], at: 0)
        }
      }
    }
  }

  /// The first position of one sequence and group; valid while this value lives.
  func start(_ sequence: Int, _ group: Int) -> UnsafePointer<Float>? {
    let start = starts[sequence] + group * groupSizes[sequence]
    return packed.withFloats { $0.baseAddress.map { $0 + start } }
  }
}
