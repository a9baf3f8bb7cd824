// SPDX-License-Identifier: Apache-2.0

/// Something whose time is taken, prepared so that it can be done again and again.
package protocol Work {
  /// What decides how much there is to do, by name.
  var sizes: [String: Int] { get }
  /// Multiplications and additions in products with weights when done once; nil where they are not
  /// what matters.
  var operations: Double? { get }
  /// Bytes of weights that must be read when done once; nil where they are not what matters.
  var bytesRead: Double? { get }
  /// What is recorded, under TransformerLens's names.
  var recorded: [String] { get }
  /// Does it once.
  mutating func perform() throws -> Outcome
}

extension Work {
  /// None that matter.
  package var operations: Double? { nil }
  /// None that matter.
  package var bytesRead: Double? { nil }
  /// Nothing.
  package var recorded: [String] { [] }
}

/// What work done once has led to.
package struct Outcome {
  /// Numbers that others who do the same must arrive at too, made when they are asked for.
  package let checks: () throws -> [String: [Double]]
  /// Bytes of what was recorded, each block of memory counted once.
  package let recordedBytes: Int

  /// An outcome, with its checks.
  package init(recordedBytes: Int = 0, checks: @escaping () throws -> [String: [Double]]) {
    self.recordedBytes = recordedBytes
    self.checks = checks
  }
}
