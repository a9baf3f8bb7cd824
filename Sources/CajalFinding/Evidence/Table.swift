// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// Rows and typed columns.
  public struct Table: EvidenceContent {
    /// What a column holds.
    public struct Column: Codable, Sendable, Equatable {
      /// How the cells of a column are read and set.
      public enum Kind: String, Codable, Sendable {
        /// Words, set to the left.
        case text
        /// Pieces of a tokenizer or other verbatim strings, with spaces and controls visible.
        case token
        /// Numbers, set to the right.
        case number
        /// Numbers, each with a bar whose length is its share of the column's largest magnitude.
        case bar
      }

      /// What the column shows.
      public var name: String
      /// How its cells are set.
      public var kind: Kind
      /// The unit of its numbers.
      public var unit: String

      /// Creates a column.
      public init(_ name: String, _ kind: Kind = .text, unit: String = "") {
        self.name = name
        self.kind = kind
        self.unit = unit
      }
    }

    /// One entry. In JSON a string, a number or null; a number that is not finite is an object
    /// `{"number": "nan"}`, so that no text is mistaken for it.
    public enum Cell: Sendable, Equatable {
      /// Words or a token, by the kind of the column.
      case text(String)
      /// A number.
      case number(Double)
      /// Nothing was measured here.
      case missing
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// The columns, left to right.
    public var columns: [Column]
    /// The rows, top to bottom, each with one cell a column; missing cells are drawn empty.
    public var rows: [[Cell]]
    /// Whether a page keeps the rows behind a summary until they are asked for.
    public var isFolded = false

    /// Creates a table.
    public init(title: String, caption: String, columns: [Column], rows: [[Cell]]) {
      self.title = title
      self.caption = caption
      self.columns = columns
      self.rows = rows
    }
  }
}

extension Evidence.Table {
  private enum CodingKeys: String, CodingKey { case title, caption, columns, rows, isFolded }

  /// Reads a table; `isFolded` may be absent and is false then.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    title = try container.decode(String.self, forKey: .title)
    caption = try container.decode(String.self, forKey: .caption)
    columns = try container.decode([Column].self, forKey: .columns)
    rows = try container.decode([[Cell]].self, forKey: .rows)
    isFolded = try container.decodeIfPresent(Bool.self, forKey: .isFolded) ?? false
  }

  /// Writes the table, and `isFolded` only where it is true.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(title, forKey: .title)
    try container.encode(caption, forKey: .caption)
    try container.encode(columns, forKey: .columns)
    try container.encode(rows, forKey: .rows)
    if isFolded { try container.encode(isFolded, forKey: .isFolded) }
  }
}

extension Evidence.Table.Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
  /// A number from an integer.
  public static func number(_ value: Int) -> Self { .number(Double(value)) }

  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A missing cell.
  public init(nilLiteral: ()) { self = .missing }

  /// Whether both hold the same, where NaN is the same as NaN.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)): a == b
    case (.number(let a), .number(let b)): a.isSame(as: b)
    case (.missing, .missing): true
    default: false
    }
  }
}

extension Evidence.Table.Cell: Codable {
  private struct NonFinite: Codable {
    @Numeric var number: Double
  }

  /// Reads a string, a number, null, or the object for numbers that are not finite.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // Each attempt asks "is it this kind?"; only the last may fail.
    if container.decodeNil() {
      self = .missing
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .number(try container.decode(NonFinite.self).number)
    }
  }

  /// Writes the cell.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .missing: try container.encodeNil()
    case .text(let text): try container.encode(text)
    case .number(let number) where number.isFinite: try container.encode(number)
    case .number(let number): try container.encode(NonFinite(number: number))
    }
  }
}
