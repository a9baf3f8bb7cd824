// SPDX-License-Identifier: Apache-2.0

/// What a chat template may use up before it is stopped.
///
/// Templates come from strangers. The defaults leave room for conversations of several megabytes
/// and stop an endless or exploding template within seconds.
public struct TemplateLimits: Sendable {
  /// Operations, elements of lists and turns of loops together.
  public var steps = 10_000_000
  /// Unicode scalars of all texts that the template makes on its way, intermediate ones too.
  public var scalars = 100_000_000
  /// How deep expressions, statements and calls may stand in each other.
  ///
  /// The default fits the stack of the smallest threads (512 KB) in builds without optimisation.
  public var depth = 100

  /// The defaults.
  public init() {}

  /// How deep lists and mappings may nest, so that no walk over them exhausts the stack.
  static let nesting = 100
  /// How many numbers a `range` may hold, as in the reference's sandbox.
  static let rangeCount = 100_000
  /// How many parts a tuple may have that serves as a key.
  static let keyWeight = 10_000
}
