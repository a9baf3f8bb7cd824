// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// One number with what makes it readable: baselines, interval, sample size, split.
  public struct Number: EvidenceContent {
    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// The number.
    @Numeric public var value: Double
    /// Its unit: "nats", "parameters", "" for pure numbers.
    public var unit: String
    /// Where the true value lies.
    public var interval: Interval?
    /// What to compare it with: the null first, then simpler methods.
    public var baselines: [Baseline]
    /// How many independent observations it rests on.
    public var sampleCount: Int?
    /// The data it was measured on.
    public var split: Split?

    /// Creates a number; set `interval`, `baselines`, `sampleCount` and `split` where there are any.
    public init(
      title: String, caption: String, value: Double, unit: String = "", interval: Interval? = nil,
      baselines: [Baseline] = []
    ) {
      self.title = title
      self.caption = caption
      self.value = value
      self.unit = unit
      self.interval = interval
      self.baselines = baselines
    }
  }
}
