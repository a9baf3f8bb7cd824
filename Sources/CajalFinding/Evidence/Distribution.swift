// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// How values are distributed.
  public struct Distribution: EvidenceContent {
    /// What is known of the distribution.
    public enum Content: Sendable, Equatable {
      /// The values themselves; whoever draws them chooses the bins.
      case values([Double])
      /// Counts between edges: one more edge than counts, edges ascending.
      case bins(edges: [Double], counts: [Double])
      /// A value for each of a few named things: shares, probabilities, counts, signed effects.
      case categories([Category])
    }

    /// A named thing and its value.
    public struct Category: Codable, Sendable, Equatable {
      /// What it is.
      public var label: String
      /// Its value.
      @Numeric public var value: Double
      /// Where the true value lies.
      public var interval: Interval?

      /// Creates a category.
      public init(_ label: String, _ value: Double, interval: Interval? = nil) {
        self.label = label
        self.value = value
        self.interval = interval
      }
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// What is distributed: the values' axis, or what the bars of categories measure.
    public var axis: Axis
    /// The values, bins or categories.
    public var content: Content
    /// Values to compare with, marked on the axis.
    public var baselines: [Baseline]

    /// Creates a distribution.
    public init(
      title: String, caption: String, axis: Axis, content: Content, baselines: [Baseline] = []
    ) {
      self.title = title
      self.caption = caption
      self.axis = axis
      self.content = content
      self.baselines = baselines
    }
  }
}

extension Evidence.Distribution.Content {
  /// Whether both hold the same, where NaN is the same as NaN.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.values(let a), .values(let b)): a.isSame(as: b)
    case (.bins(let a, let c), .bins(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.categories(let a), .categories(let b)): a == b
    default: false
    }
  }
}

extension Evidence.Distribution.Content: Codable {
  private enum CodingKeys: String, CodingKey { case values, edges, counts, categories }

  /// Reads whichever of `values`, `edges` with `counts`, or `categories` is there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let values = try container.decodeIfPresent(Numeric<[Double]>.self, forKey: .values) {
      self = .values(values.wrappedValue)
    } else if let edges = try container.decodeIfPresent(Numeric<[Double]>.self, forKey: .edges) {
      let counts = try container.decode(Numeric<[Double]>.self, forKey: .counts)
      self = .bins(edges: edges.wrappedValue, counts: counts.wrappedValue)
    } else {
      self = .categories(
        try container.decode([Evidence.Distribution.Category].self, forKey: .categories))
    }
  }

  /// Writes the keys of the case.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .values(let values):
      try container.encode(Numeric(wrappedValue: values), forKey: .values)
    case .bins(let edges, let counts):
      try container.encode(Numeric(wrappedValue: edges), forKey: .edges)
      try container.encode(Numeric(wrappedValue: counts), forKey: .counts)
    case .categories(let categories):
      try container.encode(categories, forKey: .categories)
    }
  }
}
