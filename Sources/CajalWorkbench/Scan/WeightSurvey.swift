// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor

/// Where a weight stands: its layer and what it is called in every layer.
struct WeightPlace: Hashable {
  /// The layer, nil outside the layers.
  let layer: Int?
  /// The name without prefix, layer and ending, with `*` for the number of an expert:
  /// `self_attn.q_proj`.
  let kind: String

  /// Reads a checkpoint's name: the first number between dots is the layer.
  init(_ name: String, layers: Int) {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 1, parts.last == "weight" { parts.removeLast() }
    guard
      let place = parts.firstIndex(where: { Int($0).map { (0..<layers).contains($0) } ?? false }),
      place + 1 < parts.count
    else {
      layer = nil
      kind = parts.drop { ["model", "transformer"].contains($0) }.joined(separator: ".")
      return
    }
    layer = Int(parts[place])
    kind = parts[(place + 1)...].map { Int($0) == nil ? $0 : "*" }.joined(separator: ".")
  }
}

/// Statistics of a checkpoint's tensors by where they stand.
struct WeightSurvey {
  /// One tensor, or the same of all experts of a layer.
  struct Entry {
    let place: WeightPlace
    let shape: [Int]
    var tensors = 1
    var statistics: NumberStatistics
    /// Whether it is a matrix rather than a vector of gains or biases.
    var isMatrix: Bool { shape.count >= 2 }
  }

  /// In the order of layers, outside ones first, then of names.
  let entries: [Entry]

  /// A survey of given statistics.
  init(entries: [Entry]) { self.entries = entries }

  /// Reads every tensor that is part of the model, once.
  init(_ context: ScanContext) throws {
    let model = context.subject.model
    let tensors = model.weights.names.compactMap { context.subject.checkpoint.tensors[$0] }
    let stage = try context.job.stage(
      "measuring weights", total: tensors.reduce(0) { $0 + $1.byteCount }, unit: "bytes")
    var found: [WeightPlace: Entry] = [:]
    var done = 0
    for tensor in tensors {
      let place = WeightPlace(tensor.name, layers: model.shape.layers)
      let statistics = try NumberStatistics(tensor)
      if found[place] != nil {
        found[place]?.statistics.merge(statistics)
        found[place]?.tensors += 1
      } else {
        found[place] = Entry(place: place, shape: tensor.shape, statistics: statistics)
      }
      done += tensor.byteCount
      try stage.advance(to: done)
    }
    entries = found.values.sorted {
      let (a, b) = ($0.place, $1.place)
      return (a.layer ?? -1, a.kind) < (b.layer ?? -1, b.kind)
    }
  }

  /// The names of what the layers hold, in order.
  func kinds(matrices: Bool) -> [String] {
    Set(entries.filter { $0.place.layer != nil && $0.isMatrix == matrices }.map(\.place.kind))
      .sorted()
  }

  /// The entry of one kind in one layer.
  func entry(_ kind: String, _ layer: Int) -> Entry? {
    entries.first { $0.place.kind == kind && $0.place.layer == layer }
  }

  /// All entries of one kind together.
  func total(_ kind: String, inLayers: Bool) -> NumberStatistics {
    entries.reduce(into: NumberStatistics()) { total, entry in
      if entry.place.kind == kind, (entry.place.layer != nil) == inLayers {
        total.merge(entry.statistics)
      }
    }
  }
}
