// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// Points in the plane.
  public struct Points: EvidenceContent {
    /// One point.
    public struct Point: Codable, Sendable, Equatable {
      /// Its horizontal place.
      @Numeric public var x: Double
      /// Its vertical place.
      @Numeric public var y: Double
      /// What it is, where it has a name.
      public var label: String?
      /// The value its colour shows.
      @Numeric public var value: Double?

      /// Creates a point.
      public init(x: Double, y: Double, label: String? = nil, value: Double? = nil) {
        self.x = x
        self.y = y
        self.label = label
        self.value = value
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
    /// What the colour shows, where points have values.
    public var valueAxis: Axis?
    /// How values become colours.
    public var colors: ColorScale
    /// The points.
    public var points: [Point]

    /// Creates a scatter of points; set `valueAxis` and `colors` where they have values.
    public init(title: String, caption: String, x: Axis, y: Axis, points: [Point]) {
      self.title = title
      self.caption = caption
      self.xAxis = x
      self.yAxis = y
      self.colors = .sequential
      self.points = points
    }
  }
}
