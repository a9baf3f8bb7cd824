// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// The only way to look inside a run, and to change it.
///
/// A forward pass hands every value to the tap at its site and goes on with what the tap returns. A
/// recorder returns what it was given; an intervention returns something else of the same shape. A tap
/// is a value: a copy of it can take a layer again and does the same.
public protocol Tap {
  /// Whether this site matters; what nobody wants may stay inside a fused operation and unseen.
  func wants(_ site: Site) -> Bool
  /// Takes the value at a site and returns the value to go on with, of the same shape.
  mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor
}

/// The tap of a plain run: wants nothing, changes nothing.
public struct NoTap: Tap {
  /// A tap that does nothing.
  public init() {}
  /// Never.
  public func wants(_ site: Site) -> Bool { false }
  /// The value, unchanged.
  public func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor { value }
}

/// Keeps the values of the sites that are asked for.
public struct Recorder: Tap {
  /// The sites to keep; nil keeps all.
  public let wanted: Set<Site>?
  /// What was recorded, in the order of the visits.
  public private(set) var visits: [(site: Site, value: Tensor)] = []

  /// A recorder of the given sites, or of all.
  public init(_ wanted: Set<Site>? = nil) {
    self.wanted = wanted
  }

  /// Whether the site is among those to keep.
  public func wants(_ site: Site) -> Bool { wanted?.contains(site) ?? true }

  /// Keeps the value, without its past, and returns it.
  public mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    if wants(site) { visits.append((site, value.detached)) }
    return value
  }

  /// The recorded values with the batch they belong to.
  public func trace(of batch: TokenBatch) -> Trace {
    Trace(batch: batch, visits: visits)
  }
}

/// Lets one tap act and another see what it left.
public struct ChainedTap<First: Tap, Second: Tap>: Tap {
  /// Acts first.
  public var first: First
  /// Sees what the first returned.
  public var second: Second

  /// A chain of two taps.
  public init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  /// Whether either tap wants the site.
  public func wants(_ site: Site) -> Bool { first.wants(site) || second.wants(site) }

  /// What the second returns for what the first returned.
  public mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    second(site, first(site, value))
  }
}
