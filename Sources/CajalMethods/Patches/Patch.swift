// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// One part of a site's value that is moved from one run into another.
struct Patch: Equatable {
  /// The layer of the site.
  let layer: Int
  /// The positions that are moved.
  let positions: Range<Int>
  /// The head that is moved, nil for all.
  let head: Int?

  /// Every patch of a layer, in the order of the columns of a grid.
  ///
  /// - Parameter heads: The heads of the site, nil where it has none.
  /// - Throws: `MethodError.site` where a site without heads shall be moved by head.
  static func all(
    _ unit: PatchUnit, site: Site, positions: Int, heads: Int?
  ) throws(MethodError) -> [Patch] {
    let layer = site.layer ?? 0
    switch unit {
    case .layer: return [Patch(layer: layer, positions: 0..<positions, head: nil)]
    case .position:
      return (0..<positions).map { Patch(layer: layer, positions: $0..<$0 + 1, head: nil) }
    case .head:
      guard let heads else {
        throw MethodError(
          .site,
          "'\(site.name.rawValue)' has no heads; patch it by layer or position, or patch headOutput, "
            + "query, key, value or attentionPattern by head")
      }
      return (0..<heads).map { Patch(layer: layer, positions: 0..<positions, head: $0) }
    }
  }
}

/// A site's value of a run over one sequence, as stretches of floats by position and head.
struct SiteValue {
  let name: Site.Name
  let value: Tensor

  /// Heads, nil where the site has none.
  var heads: Int? {
    name.axes.firstIndex(of: .head).map { value.shape[$0] }
  }

  /// Where the floats of a position (and a head, nil for all) stand in a value of `rows` positions
  /// shaped as this one.
  func stretches(position: Int, head: Int?, rows: Int) -> [Range<Int>] {
    switch name.axes {
    case [.head, .position, .key]:
      let (heads, width) = (value.shape[0], value.shape[2])
      return (head.map { $0..<$0 + 1 } ?? 0..<heads).map { head in
        let start = (head * rows + position) * width
        return start..<start + width
      }
    case [.position, .head, .neuron]:
      let (heads, width) = (value.shape[1], value.shape[2])
      let start = position * heads * width
      guard let head else { return [start..<start + heads * width] }
      return [start + head * width..<start + (head + 1) * width]
    default:
      let width = value.count / max(value.shape[0], 1)
      return [position * width..<(position + 1) * width]
    }
  }

  /// How many positions the value has.
  var positions: Int { value.shape[name.axes.firstIndex(of: .position) ?? 0] }

  /// The positions of a patch whose floats differ from those of another run, from the first to the
  /// last; nil where the patch changes no bit.
  func changed(_ patch: Patch, from other: SiteValue) -> Range<Int>? {
    precondition(value.shape == other.value.shape, "\(value.shape) against \(other.value.shape)")
    let different = value.withFloats { here in
      other.value.withFloats { there in
        patch.positions.filter { position in
          stretches(position: position, head: patch.head, rows: positions).contains { stretch in
            stretch.contains { here[$0].bitPattern != there[$0].bitPattern }
          }
        }
      }
    }
    guard let first = different.first, let last = different.last else { return nil }
    return first..<last + 1
  }
}
