// SPDX-License-Identifier: Apache-2.0
import CajalTensor

extension Intervention {
  /// The value with this intervention applied at some rows of a run; nil where it picks nothing there.
  /// Cotangents flow through what it left and, where the new value depends on the old, through it.
  ///
  /// - Throws: `ModelError` when a value does not fit, and when the selection picks nothing of a run of
  ///   whole sequences.
  func applied(to value: Tensor, rows: RunRows) throws(ModelError) -> Tensor? {
    guard let chosen = try chosen(in: value, rows) else { return nil }
    let plain = value.detached
    let change = try change(plain, chosen, rows)
    var result = plain
    result.withMutableFloats { floats in
      for (row, start) in chosen.starts.enumerated() {
        change(UnsafeMutableBufferPointer(rebasing: floats[start...]), chosen.components, row)
      }
    }
    return result.derived(from: [value]) { [self] cotangent, _ in
      [pulledBack(cotangent, through: plain, chosen)]
    }
  }

  /// What is selected; of a replacement only where the trace has something.
  private func chosen(
    in value: Tensor, _ rows: RunRows
  ) throws(ModelError) -> SelectedCoordinates? {
    guard let all = try selection.resolved(site, shape: value.shape, rows: rows) else { return nil }
    guard case .replace(let other) = action, rows.isGrowing else { return all }
    let count = other.shape[site.name.axes.first == .position ? 0 : 1]
    let starts = all.starts.filter {
      rows.traceRow(of: row(at: $0, value.shape), count: count) != nil
    }
    return starts.isEmpty ? nil : SelectedCoordinates(starts: starts, components: all.components)
  }

  /// The row of the run in which an element lies.
  private func row(at start: Int, _ shape: [Int]) -> Int {
    site.name.axes.first == .position
      ? start / shape.dropFirst().reduce(1, *) : start / shape[2] % shape[1]
  }

  /// Changes one selected row: the components at the given offsets, the how-manieth row it is.
  private typealias Change = (UnsafeMutableBufferPointer<Float>, [Int], Int) -> Void

  private func change(
    _ whole: Tensor, _ chosen: SelectedCoordinates, _ rows: RunRows
  ) throws(ModelError) -> Change {
    switch action {
    case .set(let value):
      let at = try broadcast(value, chosen)
      return { row, components, index in
        for (k, c) in components.enumerated() { row[c] = at(index, k) }
      }
    case .add(let value):
      let at = try broadcast(value, chosen)
      return { row, components, index in
        for (k, c) in components.enumerated() { row[c] += at(index, k) }
      }
    case .scale(let factor):
      return { row, components, _ in for c in components { row[c] *= factor } }
    case .projectOut(let direction): return try projection(direction, chosen.components.count)
    case .replace(let other): return try replacement(other, whole, chosen, rows)
    case .meanAblate(let pool):
      let pool = try pooled(pool ?? whole, like: whole)
      return rowwise(from: mean(of: pool)) { chosen.starts[$0] % (pool.count / pool.shape[0]) }
    case .resampleAblate(let pool, let seed):
      return try resampling(pooled(pool ?? whole, like: whole), chosen, rows, seed)
    case .clamp(let feature, let target):
      return try clamping(feature, target, chosen.components.count)
    }
  }

  private func projection(_ direction: Tensor, _ width: Int) throws(ModelError) -> Change {
    let v = try vector(direction, width, "direction").map(Double.init)
    let squared = v.reduce(0) { $0 + $1 * $1 }
    guard squared > 0 else {
      throw ModelError(.intervention, "the direction to project out at '\(site)' is zero")
    }
    return { row, components, _ in
      var dot = 0.0
      for (k, c) in components.enumerated() { dot += Double(row[c]) * v[k] }
      for (k, c) in components.enumerated() {
        row[c] = Float(Double(row[c]) - dot * v[k] / squared)
      }
    }
  }

  private func replacement(
    _ other: Tensor, _ whole: Tensor, _ chosen: SelectedCoordinates, _ rows: RunRows
  ) throws(ModelError) -> Change {
    if rows.isGrowing { return try replacement(other, growing: whole, chosen, rows) }
    guard other.shape == whole.shape else {
      throw ModelError(
        .intervention,
        "the value to put at '\(site)' has shape \(other.shape), the site \(whole.shape); "
          + "record it on the same number of tokens")
    }
    return rowwise(from: other.array) { chosen.starts[$0] }
  }

  /// A replacement while sequences grow: by position, not by place in the run, and of what lies beside
  /// the positions everything.
  private func replacement(
    _ other: Tensor, growing whole: Tensor, _ chosen: SelectedCoordinates, _ rows: RunRows
  ) throws(ModelError) -> Change {
    let isByPosition = site.name.axes.first == .position
    let (axis, offsets) = (isByPosition ? 0 : 1, rows.promptOffsets ?? [])
    let fits =
      other.rank == whole.rank
      && (isByPosition ? other.shape[1...] == whole.shape[1...] : other.shape[0] == whole.shape[0])
      && (rows.sequenceCount == 1 || other.shape[axis] == offsets.last)
    guard fits else {
      throw ModelError(
        .intervention,
        "the value to put at '\(site)' has shape \(other.shape), which does not fit "
          + "\(rows.sequenceCount == 1 ? "the site" : "\(offsets.last ?? 0) tokens of prompts"); "
          + "record it on the prompt")
    }
    let (values, width) = (other.array, other.shape.last ?? 1)
    let stride = isByPosition ? other.count / max(other.shape[0], 1) : width
    let wholeStride = isByPosition ? whole.count / max(whole.shape[0], 1) : whole.shape[2]
    return { [self] floats, components, index in
      let start = chosen.starts[index]
      let row = row(at: start, whole.shape)
      guard let found = rows.traceRow(of: row, count: other.shape[axis]) else { return }
      let head = isByPosition ? 0 : start / wholeStride / whole.shape[1] * other.shape[1]
      let from = (head + found) * stride + (isByPosition ? start % wholeStride : 0)
      // Columns of patterns that the trace lacks lie behind what a row of it can see.
      for c in components where isByPosition || c < width { floats[c] = values[from + c] }
    }
  }

  private func resampling(
    _ pool: Tensor, _ chosen: SelectedCoordinates, _ rows: RunRows, _ seed: UInt64
  ) -> Change {
    let stride = pool.count / pool.shape[0]
    return rowwise(from: pool.array) { index in
      let row = rows.drawIndex(of: chosen.starts[index] / stride)
      let drawn = Self.drawnRow(seed, position: row, of: pool.shape[0])
      return drawn * stride + chosen.starts[index] % stride
    }
  }

  private func clamping(
    _ feature: Feature, _ target: Float, _ width: Int
  ) throws(ModelError) -> Change {
    let encoder = try vector(feature.encoder, width, "encoder").map(Double.init)
    let decoder = try vector(feature.decoder, width, "decoder").map(Double.init)
    return { row, components, _ in
      var z = Double(feature.bias)
      for (k, c) in components.enumerated() { z += Double(row[c]) * encoder[k] }
      let turn = Double(target) - (z > Double(feature.threshold) ? z : 0)
      for (k, c) in components.enumerated() { row[c] = Float(Double(row[c]) + turn * decoder[k]) }
    }
  }

  /// Copies the selected components from `source`, whose row for each selected row starts where
  /// `start` says.
  private func rowwise(from source: [Float], start: @escaping (Int) -> Int) -> Change {
    { row, components, index in
      let from = start(index)
      for c in components { row[c] = source[from + c] }
    }
  }

  /// A value given as one number, one row, or one number for every selected component.
  private func broadcast(
    _ value: Tensor, _ chosen: SelectedCoordinates
  ) throws(ModelError) -> (Int, Int) -> Float {
    let (values, width) = (value.array, chosen.components.count)
    switch value.count {
    case 1: return { _, _ in values[0] }
    case chosen.count: return { values[$0 * width + $1] }
    case width: return { values[$1] }
    default:
      throw ModelError(
        .intervention,
        "\(value.count) numbers do not fit the \(chosen.starts.count) × \(width) components "
          + "selected at '\(site)'; give 1, \(width) or \(chosen.count)")
    }
  }

  private func vector(
    _ value: Tensor, _ width: Int, _ what: String
  ) throws(ModelError) -> [Float] {
    guard value.count == width else {
      throw ModelError(
        .intervention,
        "the \(what) at '\(site)' has \(value.count) components, the selection \(width)")
    }
    return value.array
  }

  /// A pool of rows for mean and resample ablation: any number of positions, otherwise shaped alike.
  private func pooled(_ pool: Tensor, like value: Tensor) throws(ModelError) -> Tensor {
    guard site.name.axes.first == .position else {
      throw ModelError(
        .intervention, "mean and resample ablation need positions as rows; '\(site)' has heads")
    }
    guard pool.rank == value.rank, pool.shape.dropFirst() == value.shape.dropFirst(),
      pool.shape[0] > 0
    else {
      throw ModelError(
        .intervention, "a pool of shape \(pool.shape) does not fit '\(site)' of \(value.shape)")
    }
    return pool
  }

  private func mean(of pool: Tensor) -> [Float] {
    let stride = pool.count / pool.shape[0]
    var sums = [Double](repeating: 0, count: stride)
    pool.withFloats { floats in
      for (index, value) in floats.enumerated() { sums[index % stride] += Double(value) }
    }
    return sums.map { Float($0 / Double(pool.shape[0])) }
  }
}
