// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench

/// Tensors of one site and one shape in several layers, as one line for people.
struct TensorGroup: Sendable, Equatable {
  /// The site's name without its layer.
  let name: String
  /// The extents all of them have.
  let shape: [Int]
  /// The layers, ascending; empty outside the layers.
  private(set) var layers: [Int]

  /// The tensors of a recording, each group where its first one stood.
  static func groups(_ tensors: [Recording.Summary.Entry]) -> [TensorGroup] {
    var groups: [TensorGroup] = []
    for tensor in tensors {
      let parts = tensor.name.split(separator: ".", maxSplits: 1)
      let layer = parts.count == 2 ? Int(parts[1]) : nil
      let name = layer == nil ? tensor.name : String(parts[0])
      let place = groups.firstIndex {
        $0.name == name && $0.shape == tensor.shape && !$0.layers.isEmpty && layer != nil
      }
      if let place, let layer {
        groups[place].layers.append(layer)
      } else {
        groups.append(
          TensorGroup(name: name, shape: tensor.shape, layers: layer.map { [$0] } ?? []))
      }
    }
    return groups
  }

  /// `residualPost.0–4`, `mlpOut.0,2–4`, or the name alone outside the layers.
  var text: String {
    var runs: [ClosedRange<Int>] = []
    for layer in layers.sorted() {
      if let last = runs.last, layer == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...layer
      } else {
        runs.append(layer...layer)
      }
    }
    let numbers = runs.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    return numbers.isEmpty ? name : "\(name).\(numbers.joined(separator: ","))"
  }
}
