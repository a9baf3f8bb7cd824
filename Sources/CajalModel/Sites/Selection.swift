// SPDX-License-Identifier: Apache-2.0

/// Part of a site's value: some sequences, positions, heads, neurons, keys. What is not named is
/// taken whole.
///
/// As text it stands in brackets behind a site: `attentionPattern.5[head=2,position=-1]`,
/// `mlpPost.3[neuron=17+40:44]`. Indices count from 0, ranges are half open, a negative index counts
/// from the end, `+` joins. Positions and keys count in their own sequence.
public struct Selection: Hashable, Sendable {
  /// Which sequences of the batch.
  public var sequences: Indices?
  /// Which positions of each sequence.
  public var positions: Indices?
  /// Which heads.
  public var heads: Indices?
  /// Which components of the last axis.
  public var neurons: Indices?
  /// Which attended positions (attention scores and patterns only).
  public var keys: Indices?

  /// Everything, to be narrowed.
  public init(
    sequences: Indices? = nil, positions: Indices? = nil, heads: Indices? = nil,
    neurons: Indices? = nil, keys: Indices? = nil
  ) {
    self.sequences = sequences
    self.positions = positions
    self.heads = heads
    self.neurons = neurons
    self.keys = keys
  }

  /// The whole value.
  public static let all = Selection()
}

extension Selection {
  /// Indices of one axis: single ones and half-open ranges, negative ones from the end.
  public struct Indices: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// One index, or a half-open range whose missing end is the axis's end.
    public enum Span: Hashable, Sendable {
      /// One index.
      case one(Int)
      /// From the first up to, not including, the second.
      case range(Int, Int?)
    }

    /// The parts, in the order they were written.
    public let spans: [Span]

    /// Single indices.
    public init(arrayLiteral indices: Int...) {
      spans = indices.map { .one($0) }
    }

    /// The given parts.
    public init(_ spans: [Span]) {
      self.spans = spans
    }

    /// The indices inside an axis of `count`, ascending, each once; nil when one lies outside or there
    /// is none.
    public func resolved(_ count: Int) -> [Int]? {
      var chosen = Set<Int>()
      for span in spans {
        switch span {
        case .one(let index):
          let index = index < 0 ? index + count : index
          guard (0..<count).contains(index) else { return nil }
          chosen.insert(index)
        case .range(let low, let high):
          let low = low < 0 ? low + count : low
          let high = high.map { $0 < 0 ? $0 + count : $0 } ?? count
          guard low >= 0, high <= count, low < high else { return nil }
          chosen.formUnion(low..<high)
        }
      }
      return chosen.isEmpty ? nil : chosen.sorted()
    }

    /// Whether an index is among them on an axis of `count`, on which others may lie outside.
    func contains(_ index: Int, of count: Int) -> Bool {
      spans.contains { span in
        switch span {
        case .one(let one): (one < 0 ? one + count : one) == index
        case .range(let low, let high):
          (low < 0 ? low + count : low) <= index
            && index < (high.map { $0 < 0 ? $0 + count : $0 } ?? .max)
        }
      }
    }
  }
}

// MARK: - Text
extension Selection: CustomStringConvertible {
  /// `[head=2,position=0:4]`; empty for everything.
  public var description: String {
    let named = [
      ("sequence", sequences), ("position", positions), ("head", heads), ("neuron", neurons),
      ("key", keys),
    ]
    let parts = named.compactMap { name, indices in indices.map { "\(name)=\($0)" } }
    return parts.isEmpty ? "" : "[" + parts.joined(separator: ",") + "]"
  }

  /// Reads `[head=2,position=0:4+7]`; the empty text is everything.
  ///
  /// - Throws: `ModelError.selection` saying which part cannot be read.
  public init(parsing text: String) throws(ModelError) {
    self.init()
    if text.isEmpty { return }
    guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 else {
      throw ModelError(
        .selection, "selection '\(text)' is not of the form [head=2,position=0:4]")
    }
    var seen = Set<String>()
    for part in text.dropFirst().dropLast().split(
      separator: ",", omittingEmptySubsequences: false)
    {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false)
      guard pair.count == 2, seen.insert(String(pair[0])).inserted else {
        throw ModelError(
          .selection, "'\(part)' in selection '\(text)' is not of the form head=2, once each")
      }
      let indices = try Indices(parsing: String(pair[1]))
      switch pair[0] {
      case "sequence": sequences = indices
      case "position": positions = indices
      case "head": heads = indices
      case "neuron": neurons = indices
      case "key": keys = indices
      default:
        throw ModelError(
          .selection,
          "'\(pair[0])' cannot be selected; known are sequence, position, head, neuron, key")
      }
    }
  }
}

extension Selection.Indices: CustomStringConvertible {
  /// `1+5:7`: the parts as they were written, joined by `+`.
  public var description: String {
    spans.map {
      switch $0 {
      case .one(let index): "\(index)"
      case .range(let low, let high): "\(low):\(high.map(String.init) ?? "")"
      }
    }.joined(separator: "+")
  }

  /// Reads `3`, `-1`, `0:4`, `2:`, `1+5:7`.
  ///
  /// - Throws: `ModelError.selection` naming the part that is not an index or a range.
  public init(parsing text: String) throws(ModelError) {
    var spans: [Span] = []
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let ends = part.split(separator: ":", omittingEmptySubsequences: false)
      if ends.count == 1, let index = Int(ends[0]) {
        spans.append(.one(index))
      } else if ends.count == 2, let low = ends[0].isEmpty ? 0 : Int(ends[0]) {
        if ends[1].isEmpty {
          spans.append(.range(low, nil))
          continue
        }
        guard let high = Int(ends[1]) else { throw Self.refusal(part, text) }
        spans.append(.range(low, high))
      } else {
        throw Self.refusal(part, text)
      }
    }
    self.init(spans)
  }

  private static func refusal(_ part: Substring, _ text: String) -> ModelError {
    ModelError(.selection, "'\(part)' in '\(text)' is neither an index nor a range such as 0:4")
  }
}

extension Selection: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
