// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// How a pull-back through attention is divided, and where its numbers stand.
///
/// A task is some cotangents of some heads of one group of one sequence. Cotangents go four at a time
/// because they share the pattern. Few groups and sequences would leave workers idle; then every head
/// is a task of its own whose share of the gradients of keys and values is added afterwards, in the
/// order in which one task would have added it.
struct AttentionGradient {
  private let attention: Attention
  private let sizes: Attention.Sizes
  private let cotangents: Int
  private let longest: Int
  private let slices: Int

  private static let cotangentsAtOnce = 4
  private static let enoughTasks = 16

  init(_ attention: Attention, _ sizes: Attention.Sizes, cotangents: Int) {
    (self.attention, self.sizes, self.cotangents) = (attention, sizes, cotangents)
    longest = attention.longest
    let atOnce = AttentionGradient.cotangentsAtOnce
    let tasks =
      (cotangents + atOnce - 1) / atOnce * (attention.offsets.count - 1) * sizes.groups
    slices = tasks < AttentionGradient.enoughTasks ? sizes.heads / sizes.groups : 1
  }

  /// Which task.
  struct Place {
    let sequence: Int
    let group: Int
    let slice: Int
    let head: Int  // the first
    let row: Int  // the first
    let cotangent: Int  // the first
  }

  // MARK: Targets

  /// A gradient and its memory, valid while this value lives; every element will be written.
  struct Target {
    let tensor: Tensor
    let base: UnsafeMutablePointer<Float>?

    init(_ shape: [Int]) {
      var base: UnsafeMutablePointer<Float>?
      tensor = Tensor(shape: shape) { base = $0.baseAddress }
      self.base = base
    }
  }

  /// `[C, N, H, K]`
  func ofQueries() -> Target { Target([cotangents, sizes.rows, sizes.heads, sizes.width]) }

  /// `[C, H, N, longest]`
  func ofPattern() -> Target { Target([cotangents, sizes.heads, sizes.rows, longest]) }

  /// Of keys or values, `[slices, C, N, G, width]`.
  func ofPositions(_ width: Int) -> Target {
    Target([slices, cotangents, sizes.rows, sizes.groups, width])
  }

  /// The slices of keys or values added in order, `[C, N, G, width]`.
  func sum(_ parts: Target) -> Tensor {
    let shape = Array(parts.tensor.shape.dropFirst())
    guard slices > 1 else { return parts.tensor.reshaped(shape) }
    let count = Tensor.count(of: shape)
    return Tensor(shape: shape) { out in
      parts.tensor.withFloats { parts in
        guard let out = out.baseAddress, let parts = parts.baseAddress else { return }
        Threads.forEachRange(count, grain: 1 << 14) { range in
          let at = range.lowerBound
          cajal_add(parts + at, parts + count + at, out + at, range.count)
          for slice in stride(from: 2, to: slices, by: 1) {
            cajal_add(out + at, parts + slice * count + at, out + at, range.count)
          }
        }
      }
    }
  }

  // MARK: Where a task's numbers begin

  /// In keys or values, `[N, G, width]`.
  func fresh(_ place: Place, _ width: Int) -> Int {
    (place.row * sizes.groups + place.group) * width
  }

  /// In queries `[N, H, K]`, or `[C, N, H, K]` of cotangents.
  func query(_ place: Place, ofOne: Bool = false) -> Int {
    let row = (ofOne ? 0 : place.cotangent * sizes.rows) + place.row
    return (row * sizes.heads + place.head) * sizes.width
  }

  /// In cotangents of the output, `[C, N, H, Kv]`.
  func output(_ place: Place) -> Int {
    ((place.cotangent * sizes.rows + place.row) * sizes.heads + place.head) * sizes.valueWidth
  }

  /// In scores or pattern, `[H, N, longest]`.
  func row(_ place: Place) -> Int { (place.head * sizes.rows + place.row) * longest }

  /// In cotangents of scores or pattern, `[C, H, N, longest]`.
  func pattern(_ place: Place) -> Int {
    ((place.cotangent * sizes.heads + place.head) * sizes.rows + place.row) * longest
  }

  /// In `ofPositions(width)`.
  func position(_ place: Place, _ width: Int) -> Int {
    let row = (place.slice * cotangents + place.cotangent) * sizes.rows + place.row
    return (row * sizes.groups + place.group) * width
  }

  // MARK: Tasks

  /// Calls `body` for every task, which has all but pointers filled in.
  func forEachTask(_ body: (_ task: inout cajal_attention_gradient, _ place: Place) -> Void) {
    let sequences = attention.offsets.count - 1
    let atOnce = AttentionGradient.cotangentsAtOnce
    let chunks = (cotangents + atOnce - 1) / atOnce
    guard sizes.rows > 0, sizes.heads > 0 else { return }
    let heads = sizes.heads / sizes.groups / slices
    Threads.forEachUnchecked(chunks * sequences * sizes.groups * slices) { index in
      let (slice, rest) = (index % slices, index / slices)
      let (group, sequence) = (rest % sizes.groups, rest / sizes.groups % sequences)
      let cotangent = rest / sizes.groups / sequences * atOnce
      guard attention.rowCount(sequence) > 0 else { return }
      let place = Place(
        sequence: sequence, group: group, slice: slice, head: (group * slices + slice) * heads,
        row: attention.offsets[sequence], cotangent: cotangent)
      var task = cajal_attention_gradient()
      task.attention = attention.task(sizes, heads: heads, sequence: sequence)
      task.cotangents = min(atOnce, cotangents - cotangent)
      let rows = sizes.rows
      task.output_step = rows * sizes.heads * sizes.valueWidth
      task.pattern_step = sizes.heads * rows * longest
      task.query_step = rows * sizes.heads * sizes.width
      task.key_stride = sizes.groups * sizes.width
      task.key_step = rows * task.key_stride
      task.value_stride = sizes.groups * sizes.valueWidth
      task.value_step = rows * task.value_stride
      body(&task, place)
    }
  }
}
