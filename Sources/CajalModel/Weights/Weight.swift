// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalTensor
import Foundation
import Synchronization

/// One tensor of a checkpoint in the service of a model.
///
/// A matrix is repacked once for the products, in its stored type, and the file's pages are released:
/// the weights live once. Models that share a weight share its packed form. What the file held can
/// always be had again, by `tensor`, in the file's layout.
public final class Weight: Sendable {
  /// The checkpoint's name for it.
  public let name: String
  /// The file's shape.
  public let shape: [Int]
  /// The type it is stored in.
  public let type: ScalarType
  private let state: Mutex<State>

  private struct State {
    var source: Source?
    /// Called with the bytes that were read; false ends the load. Forgotten once they were read.
    var onRead: (@Sendable (Int) -> Bool)?
    /// Whether the source is known to hold finite numbers alone.
    var isFinite = false
    var parts: [Part: PackedMatrix] = [:]
    var plain: Tensor?
  }

  private enum Source {
    case stored(StoredTensor)
    case edited(Tensor)
  }

  /// Which part of a matrix is packed, and which of its axes are the outputs.
  private struct Part: Hashable {
    let rows: [Range<Int>]
    let layout: MatrixLayout
  }

  /// A tensor of a file.
  ///
  /// - Parameter onRead: called once with the tensor's bytes when all of them have been read for the
  ///   first time; false ends the load.
  public init(_ stored: StoredTensor, onRead: (@Sendable (_ bytes: Int) -> Bool)? = nil) {
    (name, shape, type) = (stored.name, stored.shape, stored.type)
    state = Mutex(State(source: .stored(stored), onRead: onRead))
  }

  /// An edited tensor, under a checkpoint's name and in its file's layout.
  public init(_ name: String, _ edited: Tensor) {
    (self.name, shape, type) = (name, edited.shape, .float32)
    state = Mutex(State(source: .edited(edited)))
  }

  /// How many numbers it holds.
  public var count: Int { shape.reduce(1, *) }

  /// The whole tensor in the file's layout, widened to Float32.
  public func tensor() throws(CheckpointError) -> Tensor {
    try state.withLock { state throws(CheckpointError) in
      if let plain = state.plain { return plain }
      switch state.source {
      case .stored(let stored): return try stored.tensor()
      case .edited(let tensor): return tensor
      case nil: return unpacked(state.parts)
      }
    }
  }

  /// A small tensor (bias, gain) that is kept widened.
  ///
  /// - Throws: `nonFinite` for a number that is infinite or not a number.
  public func vector() throws(CheckpointError) -> Tensor {
    try requireFinite()
    let value = try tensor()
    state.withLock {
      $0.plain = value
      $0.source = nil
    }
    return value
  }

  /// Refuses a stored tensor with a number that is infinite or not a number. Reads it once, at the
  /// first call.
  ///
  /// - Throws: `nonFinite`; `interrupted` where whoever follows the load ended it.
  public func requireFinite() throws(CheckpointError) {
    try state.withLock { state throws(CheckpointError) in try requireFinite(&state) }
  }

  private func requireFinite(_ state: inout State) throws(CheckpointError) {
    guard !state.isFinite, case .stored(let stored) = state.source else { return }
    try stored.requireFinite()
    state.isFinite = true
    if let onRead = state.onRead, !onRead(stored.byteCount) {
      throw CheckpointError(.interrupted, "was not read to its end", file: stored.file)
    }
    state.onRead = nil
  }

  /// Whether both hold the same numbers in the same shape.
  public func isEqual(to other: Weight) throws(CheckpointError) -> Bool {
    guard shape == other.shape else { return false }
    let (mine, theirs) = (state.withLock { $0.source }, other.state.withLock { $0.source })
    if case .stored(let a) = mine, case .stored(let b) = theirs, a.type == b.type {
      try a.requireUnchanged()
      try b.requireUnchanged()
      return a.withBytes { a in
        b.withBytes { b in
          guard let left = a.baseAddress, let right = b.baseAddress else { return a.isEmpty }
          return a.count == b.count && memcmp(left, right, a.count) == 0
        }
      }
    }
    return try tensor().isBitEqual(to: other.tensor())
  }

  /// The given output rows of a matrix packed for products; all by default.
  ///
  /// All numbers are checked just before, which brings them into the cache. Once every row has been
  /// packed the file's pages are released.
  ///
  /// - Throws: `nonFinite` for a number that is infinite or not a number.
  func packed(_ rows: [Range<Int>], _ layout: MatrixLayout) throws(CheckpointError) -> PackedMatrix
  {
    precondition(shape.count >= 2, "\(name) of shape \(shape) is not a matrix")
    return try state.withLock { state throws(CheckpointError) in
      let part = Part(rows: rows, layout: layout)
      if let found = state.parts[part] { return found }
      try requireFinite(&state)
      let matrix = try pack(part, from: state)
      state.parts[part] = matrix
      if covers(state.parts) {
        if case .stored(let stored) = state.source { stored.releasePages() }
        state.source = nil
      }
      return matrix
    }
  }

  private func pack(_ part: Part, from state: State) throws(CheckpointError) -> PackedMatrix {
    if let plain = state.plain { return pack(plain, part) }
    switch state.source {
    case .stored(let stored) where [.float32, .bfloat16, .float16].contains(stored.type):
      try stored.requireUnchanged()
      return stored.withBytes { pack($0, stored.type, part) }
    case .stored(let stored): return pack(try stored.tensor(), part)
    case .edited(let tensor): return pack(tensor, part)
    case nil: return pack(unpacked(state.parts), part)
    }
  }

  private func pack(_ tensor: Tensor, _ part: Part) -> PackedMatrix {
    tensor.withFloats { pack(UnsafeRawBufferPointer($0), .float32, part) }
  }

  private func pack(
    _ bytes: UnsafeRawBufferPointer, _ type: ScalarType, _ part: Part
  ) -> PackedMatrix {
    let (outputs, inner) = part.layout.sizes(shape)
    if part.layout == .inputsFirst {
      return PackedMatrix(
        bytes: bytes, shape: (inner, outputs), type: type, layout: .innerByOutputs,
        selecting: part.rows)
    }
    if part.layout == .outputsFirst {
      return PackedMatrix(
        bytes: bytes, shape: (outputs, inner), type: type, selecting: part.rows)
    }
    let step = type.byteCount
    let ordered = UnsafeMutableRawBufferPointer.allocate(
      byteCount: outputs * inner * step, alignment: 64)
    defer { ordered.deallocate() }
    for output in 0..<outputs {
      for input in 0..<inner {
        let from = part.layout.offset(output: output, input: input, shape) * step
        UnsafeMutableRawBufferPointer(rebasing: ordered[((output * inner + input) * step)...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<from + step]))
      }
    }
    return PackedMatrix(
      bytes: UnsafeRawBufferPointer(ordered), shape: (outputs, inner), type: type,
      selecting: part.rows)
  }

  /// Whether the packed parts of one layout hold every output row.
  private func covers(_ parts: [Part: PackedMatrix]) -> Bool {
    coverage(parts) != nil
  }

  /// The layout whose packed parts hold every output row.
  private func coverage(_ parts: [Part: PackedMatrix]) -> MatrixLayout? {
    Set(parts.keys.map(\.layout)).first { layout in
      var rows = IndexedRows(count: layout.sizes(shape).outputs)
      for part in parts.keys where part.layout == layout { rows.insert(part.rows) }
      return rows.isComplete
    }
  }

  /// The file's layout again, from packed parts that hold every row.
  private func unpacked(_ parts: [Part: PackedMatrix]) -> Tensor {
    guard let layout = coverage(parts) else {
      preconditionFailure("\(name) has neither a source nor all of its rows")
    }
    let inner = layout.sizes(shape).inner
    return Tensor(shape: shape) { result in
      for (part, matrix) in parts where part.layout == layout {
        let values = matrix.unpacked()
        values.withFloats { floats in
          var from = 0
          for row in part.rows.joined() {
            for k in 0..<inner {
              result[layout.offset(output: row, input: k, shape)] = floats[from * inner + k]
            }
            from += 1
          }
        }
      }
    }
  }
}

/// How a stored tensor is a matrix of outputs by inputs.
public enum MatrixLayout: Sendable {
  /// [outputs, inputs], as linear layers and embeddings are stored.
  case outputsFirst
  /// [inputs…, outputs], as GPT-2's `Conv1D` is stored; several leading axes count as one.
  case inputsFirst
  /// [heads, inputs, components]: one [inputs, outputs] matrix a head, as TransformerLens stores
  /// queries, keys and values. The outputs are the components of one head after the other.
  case headsFirst

  /// How many outputs and inputs a stored shape has.
  func sizes(_ shape: [Int]) -> (outputs: Int, inner: Int) {
    switch self {
    case .outputsFirst: (shape[0], shape.dropFirst().reduce(1, *))
    case .inputsFirst: (shape[shape.count - 1], shape.dropLast().reduce(1, *))
    case .headsFirst: (shape[0] * shape[2], shape[1])
    }
  }

  /// Where the file holds one element.
  func offset(output: Int, input: Int, _ shape: [Int]) -> Int {
    let (outputs, inner) = sizes(shape)
    switch self {
    case .outputsFirst: return output * inner + input
    case .inputsFirst: return input * outputs + output
    case .headsFirst:
      let K = shape[2]
      return (output / K * inner + input) * K + output % K
    }
  }
}

/// Which of `count` rows have been seen.
private struct IndexedRows {
  private var seen: [Bool]
  private var missing: Int

  init(count: Int) {
    seen = Array(repeating: false, count: count)
    missing = count
  }

  var isComplete: Bool { missing == 0 }

  mutating func insert(_ ranges: [Range<Int>]) {
    for row in ranges.joined() where !seen[row] {
      seen[row] = true
      missing -= 1
    }
  }
}
