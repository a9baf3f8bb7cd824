// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// What a layer does to each position by itself.
public protocol FeedForward: Sendable {
  /// [N, D] to [N, D], visiting the sites inside.
  func callAsFunction(_ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap) -> Tensor
  /// The sites the call visits, in order.
  func sites(layer: Int) -> [Site]
}
