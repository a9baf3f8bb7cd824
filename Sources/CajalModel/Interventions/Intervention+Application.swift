// SPDX-License-Identifier: Apache-2.0
import CajalTensor

extension Intervention {
  /// The value with this intervention applied; cotangents flow through what it left and, where the
  /// new value depends on the old, through it.
  ///
  /// - Throws: `ModelError` when the selection picks nothing or a value does not fit.
  func applied(to value: Tensor, batch: TokenBatch) throws(ModelError) -> Tensor {
    let chosen = try selection.resolved(site, shape: value.shape, batch: batch)
    let plain = value.detached
    let change = try change(plain, chosen)
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

  /// Changes one selected row: the components at the given offsets, the how-manieth row it is.
  private typealias Change = (UnsafeMutableBufferPointer<Float>, [Int], Int) -> Void

  private func change(
    _ whole: Tensor, _ chosen: SelectedCoordinates
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
    case .replace(let other): return try replacement(other, whole, chosen)
    case .meanAblate(let pool):
      let pool = try pooled(pool ?? whole, like: whole)
      return rowwise(from: mean(of: pool)) { chosen.starts[$0] % (pool.count / pool.shape[0]) }
    case .resampleAblate(let pool, let seed):
      return try resampling(pooled(pool ?? whole, like: whole), chosen, seed)
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
    _ other: Tensor, _ whole: Tensor, _ chosen: SelectedCoordinates
  ) throws(ModelError) -> Change {
    guard other.shape == whole.shape else {
      throw ModelError(
        .intervention,
        "the value to put at '\(site)' has shape \(other.shape), the site \(whole.shape); "
          + "record it on the same number of tokens")
    }
    return rowwise(from: other.array) { chosen.starts[$0] }
  }

  private func resampling(
    _ pool: Tensor, _ chosen: SelectedCoordinates, _ seed: UInt64
  ) -> Change {
    let stride = pool.count / pool.shape[0]
    return rowwise(from: pool.array) { index in
      let position = chosen.starts[index] / stride
      let drawn = Self.drawnRow(seed, position: position, of: pool.shape[0])
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
