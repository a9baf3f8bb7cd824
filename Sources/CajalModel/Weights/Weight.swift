// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalTensor
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
  public init(_ stored: StoredTensor) {
    (name, shape, type) = (stored.name, stored.shape, stored.type)
    state = Mutex(State(source: .stored(stored)))
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
  public func vector() throws(CheckpointError) -> Tensor {
    let value = try tensor()
    state.withLock {
      $0.plain = value
      $0.source = nil
    }
    return value
  }

  /// The given output rows of a matrix packed for products; all by default.
  ///
  /// Once every row has been packed the file's pages are released.
  func packed(_ rows: [Range<Int>], _ layout: MatrixLayout) throws(CheckpointError) -> PackedMatrix {
    precondition(shape.count == 2, "\(name) of shape \(shape) is not a matrix")
    return try state.withLock { state throws(CheckpointError) in
      let part = Part(rows: rows, layout: layout)
      if let found = state.parts[part] { return found }
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
    let (outputs, inner) = part.layout.sizes(shape)
    switch state.source {
    case .stored(let stored) where [.float32, .bfloat16, .float16].contains(stored.type):
      return stored.withBytes { bytes in
        PackedMatrix(
          bytes: bytes, type: stored.type, outputs: outputs, inner: inner,
          transposed: part.layout == .inputsFirst, rows: part.rows)
      }
    case .stored(let stored): return pack(try stored.tensor(), part, outputs, inner)
    case .edited(let tensor): return pack(tensor, part, outputs, inner)
    case nil: return pack(unpacked(state.parts), part, outputs, inner)
    }
  }

  private func pack(_ tensor: Tensor, _ part: Part, _ outputs: Int, _ inner: Int) -> PackedMatrix {
    tensor.withFloats { floats in
      PackedMatrix(
        bytes: UnsafeRawBufferPointer(floats), type: .float32, outputs: outputs, inner: inner,
        transposed: part.layout == .inputsFirst, rows: part.rows)
    }
  }

  /// Whether the packed parts of one layout hold every output row.
  private func covers(_ parts: [Part: PackedMatrix]) -> Bool {
    coverage(parts) != nil
  }

  /// The layout whose packed parts hold every output row.
  private func coverage(_ parts: [Part: PackedMatrix]) -> MatrixLayout? {
    MatrixLayout.allCases.first { layout in
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
    let (outputs, inner) = layout.sizes(shape)
    return Tensor(shape: shape) { result in
      for (part, matrix) in parts where part.layout == layout {
        let values = matrix.unpacked()
        values.withFloats { floats in
          var from = 0
          for row in part.rows.joined() {
            for k in 0..<inner {
              result[layout == .outputsFirst ? row * inner + k : k * outputs + row] =
                floats[from * inner + k]
            }
            from += 1
          }
        }
      }
    }
  }
}

/// Which axis of a stored matrix runs over a product's outputs.
public enum MatrixLayout: Sendable, CaseIterable {
  /// [outputs, inputs], as linear layers and embeddings are stored.
  case outputsFirst
  /// [inputs, outputs], as GPT-2's `Conv1D` is stored.
  case inputsFirst

  func sizes(_ shape: [Int]) -> (outputs: Int, inner: Int) {
    self == .outputsFirst ? (shape[0], shape[1]) : (shape[1], shape[0])
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
