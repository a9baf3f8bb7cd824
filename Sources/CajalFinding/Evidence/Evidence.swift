// SPDX-License-Identifier: Apache-2.0

/// A result in one of few neutral shapes, which every report and every page can draw.
///
/// Methods describe what they found in these; nothing that draws knows a method. In JSON each is an
/// object with the key `shape` and its own keys beside it, as the schema version of
/// ``FindingsDocument`` defines them.
///
/// Every shape carries a `title` and a `caption` that says what one sees and what it does not show.
public enum Evidence: Sendable, Equatable {
  /// One number with its baselines, interval and sample size.
  case number(Number)
  /// Rows and typed columns.
  case table(Table)
  /// One or several lines over a common axis.
  case curve(Curve)
  /// How values are distributed: a histogram, or shares of categories.
  case distribution(Distribution)
  /// Points in the plane.
  case points(Points)
  /// One matrix of values in colour, or several of the same kind side by side.
  case heatmap(Heatmap)
  /// A text as tokens, each coloured by a value.
  case tokens(TokenStrip)
  /// Nodes and weighted edges.
  case graph(Graph)
  /// Words, where nothing else fits.
  case text(Text)

  /// What one sees, in a few words.
  public var title: String { content.title }

  /// What one sees and what it does not show, in sentences.
  public var caption: String { content.caption }

  /// The name of the shape, as in JSON.
  public var shape: String {
    switch self {
    case .number: "number"
    case .table: "table"
    case .curve: "curve"
    case .distribution: "distribution"
    case .points: "points"
    case .heatmap: "heatmap"
    case .tokens: "tokens"
    case .graph: "graph"
    case .text: "text"
    }
  }

  private var content: any EvidenceContent {
    switch self {
    case .number(let content): content
    case .table(let content): content
    case .curve(let content): content
    case .distribution(let content): content
    case .points(let content): content
    case .heatmap(let content): content
    case .tokens(let content): content
    case .graph(let content): content
    case .text(let content): content
    }
  }
}

/// What the shapes have in common.
public protocol EvidenceContent: Codable, Sendable, Equatable {
  /// What one sees, in a few words.
  var title: String { get }
  /// What one sees and what it does not show, in sentences.
  var caption: String { get }
}

extension Evidence: Codable {
  private enum CodingKeys: String, CodingKey { case shape }

  /// Reads the shape its key names.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode(String.self, forKey: .shape)
    switch shape {
    case "number": self = .number(try Number(from: decoder))
    case "table": self = .table(try Table(from: decoder))
    case "curve": self = .curve(try Curve(from: decoder))
    case "distribution": self = .distribution(try Distribution(from: decoder))
    case "points": self = .points(try Points(from: decoder))
    case "heatmap": self = .heatmap(try Heatmap(from: decoder))
    case "tokens": self = .tokens(try TokenStrip(from: decoder))
    case "graph": self = .graph(try Graph(from: decoder))
    case "text": self = .text(try Text(from: decoder))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .shape, in: container,
        debugDescription: "unknown shape of evidence '\(shape.prefix(40))'")
    }
  }

  /// Writes the content's own keys and `shape` beside them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    try content.encode(to: encoder)
  }
}
