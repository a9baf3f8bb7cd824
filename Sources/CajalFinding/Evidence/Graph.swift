// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// Nodes in layers and weighted edges between them.
  public struct Graph: EvidenceContent {
    /// One node.
    public struct Node: Codable, Sendable, Equatable {
      /// What edges call it; unique in the graph.
      public var identifier: String
      /// What people call it.
      public var label: String
      /// The row it stands in, counted from the input; nil to let the edges decide.
      public var layer: Int?
      /// A value, such as an activation or an effect.
      @Numeric public var value: Double?

      /// Creates a node.
      public init(_ identifier: String, label: String, layer: Int? = nil, value: Double? = nil) {
        self.identifier = identifier
        self.label = label
        self.layer = layer
        self.value = value
      }
    }

    /// One directed edge.
    public struct Edge: Codable, Sendable, Equatable {
      /// The identifier of the node it leaves.
      public var from: String
      /// The identifier of the node it enters.
      public var to: String
      /// Its weight; the sign is shown by colour, the magnitude by width.
      @Numeric public var weight: Double

      /// Creates an edge.
      public init(from: String, to: String, weight: Double) {
        self.from = from
        self.to = to
        self.weight = weight
      }
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// What the weights of edges mean.
    public var weightAxis: Axis
    /// The nodes.
    public var nodes: [Node]
    /// The edges.
    public var edges: [Edge]

    /// Creates a graph.
    public init(title: String, caption: String, weightAxis: Axis, nodes: [Node], edges: [Edge]) {
      self.title = title
      self.caption = caption
      self.weightAxis = weightAxis
      self.nodes = nodes
      self.edges = edges
    }
  }
}
