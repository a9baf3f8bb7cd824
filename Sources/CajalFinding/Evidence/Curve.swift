// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// One or several lines over a common axis.
  public struct Curve: EvidenceContent {
    /// One line.
    public struct Series: Codable, Sendable, Equatable {
      /// What the line is, for the legend.
      public var label: String
      /// Where the values were taken, in order.
      @Numeric public var x: [Double]
      /// The values, one for each x; the line has a gap where one is not finite.
      @Numeric public var y: [Double]
      /// The lower edge of a band around the line, one for each x; empty where there is none.
      @Numeric public var low: [Double]
      /// The upper edge of the band.
      @Numeric public var high: [Double]

      /// Creates a line over given places.
      public init(
        _ label: String, x: [Double], y: [Double], low: [Double] = [], high: [Double] = []
      ) {
        self.label = label
        self.x = x
        self.y = y
        self.low = low
        self.high = high
      }

      /// Creates a line over the positions 0, 1, 2, …
      public init(_ label: String, y: [Double], low: [Double] = [], high: [Double] = []) {
        self.init(label, x: y.indices.map(Double.init), y: y, low: low, high: high)
      }
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// The horizontal axis.
    public var xAxis: Axis
    /// The vertical axis.
    public var yAxis: Axis
    /// The lines.
    public var series: [Series]
    /// Levels to compare with, drawn as horizontal lines.
    public var baselines: [Baseline]

    /// Creates a curve.
    public init(
      title: String, caption: String, x: Axis, y: Axis, series: [Series],
      baselines: [Baseline] = []
    ) {
      self.title = title
      self.caption = caption
      self.xAxis = x
      self.yAxis = y
      self.series = series
      self.baselines = baselines
    }
  }
}
