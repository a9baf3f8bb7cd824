// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Synchronization

/// Watches the values at some sites, so that pull-backs leave their cotangents, and lets nothing flow
/// back through others.
struct GradientTap: Tap {
  /// The sites whose cotangents are kept.
  let wanted: Set<Site>
  /// The sites behind which nothing arrives. A site that is also wanted keeps its own cotangent.
  let stopped: Set<Site>
  /// Where the cotangents are left.
  let cotangents = SiteCotangents()

  func wants(_ site: Site) -> Bool { wanted.contains(site) || stopped.contains(site) }

  mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    var value = value
    if stopped.contains(site) { value = value.detached }
    if wanted.contains(site) {
      value = value.watched { [cotangents] in cotangents[site] = $0 }
    }
    return value
  }
}

/// The cotangents that the last pull-back left at watched sites.
final class SiteCotangents: Sendable {
  private let state = Mutex<[Site: Tensor]>([:])

  subscript(_ site: Site) -> Tensor? {
    get { state.withLock { $0[site] } }
    set { state.withLock { $0[site] = newValue } }
  }

  /// What was left, and forgets it.
  func take() -> [Site: Tensor] {
    state.withLock { state in
      defer { state = [:] }
      return state
    }
  }
}
