// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// One matrix of values in colour, or several of the same kind side by side, such as the attention
  /// patterns of a layer's heads.
  public struct Heatmap: EvidenceContent {
    /// One matrix.
    public struct Panel: Codable, Sendable, Equatable {
      /// What it is, where there are several: "head 2".
      public var label: String
      /// Its values, [rows, columns].
      @Numeric public var values: [[Double]]

      /// Creates a panel.
      public init(_ label: String, values: [[Double]]) {
        self.label = label
        self.values = values
      }
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// What runs from top to bottom.
    public var rowAxis: Axis
    /// What runs from left to right.
    public var columnAxis: Axis
    /// What the colour shows.
    public var valueAxis: Axis
    /// The name of each row; empty where they have only numbers.
    public var rows: [String]
    /// The name of each column; empty where they have only numbers.
    public var columns: [String]
    /// The matrices; all share axes, names and colours.
    public var panels: [Panel]
    /// How values become colours.
    public var colors: ColorScale

    /// Creates a heatmap of unnamed rows and columns; set `rows`, `columns` and `colors` as needed.
    public init(
      title: String, caption: String, rowAxis: Axis, columnAxis: Axis, valueAxis: Axis,
      panels: [Panel]
    ) {
      self.title = title
      self.caption = caption
      self.rowAxis = rowAxis
      self.columnAxis = columnAxis
      self.valueAxis = valueAxis
      self.rows = []
      self.columns = []
      self.panels = panels
      self.colors = .sequential
    }
  }
}
