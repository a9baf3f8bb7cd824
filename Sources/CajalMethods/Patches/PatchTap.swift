// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// Moves parts of a recorded value into the sequences of a batch that want them.
struct PatchTap: Tap {
  /// A sequence that is patched here.
  struct Target {
    /// The first of its rows in the batch.
    let row: Int
    /// The position that row has in its prompt.
    let first: Int
    /// The positions that are moved, all among its rows.
    let positions: Range<Int>
    /// The head that is moved, nil for all.
    let head: Int?
  }

  /// Where values are moved in.
  let site: Site
  /// What is moved in; nil where nobody is patched.
  let source: SiteValue?
  /// Who gets it.
  let targets: [Target]

  /// Whether this is the patched site and somebody is patched.
  func wants(_ site: Site) -> Bool { site == self.site && !targets.isEmpty }

  /// The value with every target's part replaced.
  func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    guard wants(site), let source else { return value }
    var value = value
    let here = SiteValue(name: source.name, value: value)
    let rows = here.positions
    value.withMutableFloats { floats in
      source.value.withFloats { moved in
        for target in targets {
          for position in target.positions {
            let to = here.stretches(
              position: target.row + position - target.first, head: target.head, rows: rows)
            let from = source.stretches(
              position: position, head: target.head, rows: source.positions)
            for (to, from) in zip(to, from) {
              // A pattern may be narrower here; what it lacks nobody can see from this position.
              let width = min(to.count, from.count)
              _ = floats[to].prefix(width).update(fromContentsOf: moved[from].prefix(width))
            }
          }
        }
      }
    }
    return value
  }
}
