// SPDX-License-Identifier: Apache-2.0

/// Turns the metric of a patched run into an effect: 0 is the run that is patched, 1 the other.
struct EffectScale {
  /// The metric of the run that is patched.
  let base: Double
  /// The metric of the other run minus that.
  let gap: Double

  /// The scale of a pair of prompts.
  ///
  /// - Throws: `MethodError.metric` where the metric is not a number, or does not tell the prompts
  ///   apart: below a millionth of its size a difference is rounding.
  init(clean: Double, corrupted: Double, _ direction: PatchDirection) throws(MethodError) {
    guard clean.isFinite, corrupted.isFinite else {
      throw MethodError(
        .metric, "the metric is \(clean) on the clean prompt and \(corrupted) on the corrupted one")
    }
    guard abs(clean - corrupted) > 1e-6 * max(abs(clean), abs(corrupted)) else {
      throw MethodError(
        .metric,
        "the metric is \(clean) on both prompts, so there is nothing to restore; choose another "
          + "metric or another corruption")
    }
    base = direction == .denoising ? corrupted : clean
    gap = direction == .denoising ? clean - corrupted : corrupted - clean
  }

  /// The effect of a patched run whose metric is `value`.
  func effect(_ value: Double) -> Double { value == base ? 0 : (value - base) / gap }
}
