// SPDX-License-Identifier: Apache-2.0
import CajalTensor

/// How cotangents flow back through an intervention: every action is linear in the value, or, as a
/// clamp, is so wherever the feature stays on or off.
extension Intervention {
  /// The cotangents `[C] + shape` of the value before, from those of the value after.
  func pulledBack(
    _ cotangent: Tensor, through value: Tensor, _ chosen: SelectedCoordinates
  ) -> Tensor {
    var result = cotangent
    result.withMutableFloats { floats in
      for start in stride(from: 0, to: floats.count, by: max(value.count, 1)) {
        pullBack(
          UnsafeMutableBufferPointer(rebasing: floats[start..<start + value.count]), value, chosen)
      }
    }
    return result
  }

  /// One cotangent, in place.
  private func pullBack(
    _ cotangent: UnsafeMutableBufferPointer<Float>, _ value: Tensor, _ chosen: SelectedCoordinates
  ) {
    switch action {
    case .add: return
    case .scale(let factor): each(cotangent, chosen) { $0 *= factor }
    case .set, .replace, .meanAblate(.some), .resampleAblate(.some, _):
      each(cotangent, chosen) { $0 = 0 }
    case .projectOut(let direction):
      let v = direction.array.map(Double.init)
      let squared = v.reduce(0) { $0 + $1 * $1 }
      for start in chosen.starts {
        let dot = dot(UnsafeBufferPointer(cotangent), start, chosen.components, v) / squared
        add(-dot, v, to: cotangent, start, chosen.components)
      }
    case .meanAblate(nil): spreadMean(cotangent, value, chosen)
    case .resampleAblate(nil, let seed): returnDrawn(cotangent, value, chosen, seed)
    case .clamp(let feature, _):
      let encoder = feature.encoder.array.map(Double.init)
      let decoder = feature.decoder.array.map(Double.init)
      value.withFloats { value in
        for start in chosen.starts {
          let z = Double(feature.bias) + dot(value, start, chosen.components, encoder)
          guard z > Double(feature.threshold) else { continue }
          let turned = dot(UnsafeBufferPointer(cotangent), start, chosen.components, decoder)
          add(-turned, encoder, to: cotangent, start, chosen.components)
        }
      }
    }
  }

  /// What replaced the selected numbers was the mean of their column over all positions: each position
  /// gets its share back.
  private func spreadMean(
    _ cotangent: UnsafeMutableBufferPointer<Float>, _ value: Tensor, _ chosen: SelectedCoordinates
  ) {
    let rows = value.shape[0]
    let width = value.count / rows
    var columns = [Double](repeating: 0, count: width)
    for start in chosen.starts {
      for c in chosen.components {
        columns[start % width + c] += Double(cotangent[start + c])
        cotangent[start + c] = 0
      }
    }
    for index in cotangent.indices {
      cotangent[index] += Float(columns[index % width] / Double(rows))
    }
  }

  /// What replaced the selected numbers was drawn from other positions: those get it back.
  private func returnDrawn(
    _ cotangent: UnsafeMutableBufferPointer<Float>, _ value: Tensor, _ chosen: SelectedCoordinates,
    _ seed: UInt64
  ) {
    let width = value.count / value.shape[0]
    var returned: [(index: Int, value: Float)] = []
    for start in chosen.starts {
      let drawn = Self.drawnRow(seed, position: start / width, of: value.shape[0])
      for c in chosen.components {
        returned.append((drawn * width + start % width + c, cotangent[start + c]))
        cotangent[start + c] = 0
      }
    }
    for (index, value) in returned { cotangent[index] += value }
  }

  /// The row that resampling puts at a position.
  static func drawnRow(_ seed: UInt64, position: Int, of rows: Int) -> Int {
    Int(Philox(seed: seed).integer(UInt64(position), below: UInt64(rows)))
  }

  private func each(
    _ cotangent: UnsafeMutableBufferPointer<Float>, _ chosen: SelectedCoordinates,
    _ body: (inout Float) -> Void
  ) {
    for start in chosen.starts {
      for c in chosen.components { body(&cotangent[start + c]) }
    }
  }

  private func dot(
    _ values: UnsafeBufferPointer<Float>, _ start: Int, _ components: [Int], _ v: [Double]
  ) -> Double {
    var sum = 0.0
    for (k, c) in components.enumerated() { sum += Double(values[start + c]) * v[k] }
    return sum
  }

  private func add(
    _ factor: Double, _ v: [Double], to cotangent: UnsafeMutableBufferPointer<Float>, _ start: Int,
    _ components: [Int]
  ) {
    for (k, c) in components.enumerated() {
      cotangent[start + c] = Float(Double(cotangent[start + c]) + factor * v[k])
    }
  }
}
