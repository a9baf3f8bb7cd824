// SPDX-License-Identifier: Apache-2.0

/// Two prompts of one length that differ in what one wants to trace.
///
/// Token i of one stands for token i of the other, so a pair that is not aligned token by token says
/// nothing even where its lengths happen to agree.
public struct PromptPair: Sendable, Equatable, Codable {
  /// The prompt that shows the behaviour.
  public let clean: [Int]
  /// The prompt that does not.
  public let corrupted: [Int]

  /// A pair of token sequences.
  ///
  /// - Throws: `MethodError.prompts` where their lengths differ, or both are the same.
  public init(clean: [Int], corrupted: [Int]) throws(MethodError) {
    guard clean.count == corrupted.count else {
      throw MethodError(
        .prompts,
        "the clean prompt has \(clean.count) tokens and the corrupted one \(corrupted.count); "
          + "reword one until both have the same number")
    }
    guard clean != corrupted else {
      throw MethodError(
        .prompts, "clean and corrupted prompt are the same tokens; change what shall be traced")
    }
    self.clean = clean
    self.corrupted = corrupted
  }

  /// Positions.
  public var count: Int { clean.count }
}
