// SPDX-License-Identifier: Apache-2.0

/// One place in a model where a value can be watched or changed: a name and, inside a layer, its index.
///
/// Each name denotes one tensor in every architecture that has it; `Site.Name` gives the shapes in
/// the letters N (positions of all sequences, packed), D (width), H (heads), K (head width), F (width
/// of the MLP's hidden layer) and V (vocabulary). As text a site is `residualPost.3` or `logits`.
public struct Site: Hashable, Sendable {
  /// What the value is.
  public let name: Name
  /// The layer it belongs to, counted from 0; nil for the sites before and after the layers.
  public let layer: Int?

  /// A site outside the layers, or inside layer `layer`.
  public init(_ name: Name, layer: Int? = nil) {
    precondition(
      name.isInLayer == (layer != nil),
      "\(name.rawValue) \(name.isInLayer ? "needs a layer" : "has no layer")")
    self.name = name
    self.layer = layer
  }
}

extension Site {
  /// The closed vocabulary of sites, in the order in which a forward pass may visit them.
  public enum Name: String, CaseIterable, Sendable, Codable {
    /// [N, D], as it is added (scaled where the architecture scales).
    case tokenEmbedding
    /// [N, D], learned positions, as they are added.
    case positionEmbedding
    /// [N, D], what enters the layer; in layer 0 the sum of the embeddings.
    case residualPre
    /// [N], the denominator of the norm before attention.
    case attentionNormScale
    /// [N, D], divided by the denominator; gain and bias not yet applied.
    case attentionNormalized
    /// [N, D], what the query, key and value projections see.
    case attentionInput
    /// [N, H, K], before the rotary embedding and any norm of the queries.
    case query
    /// [N, H, K] with the number of key-value heads, before the rotary embedding and any norm.
    case key
    /// [N, H, K] with the number of key-value heads.
    case value
    /// [N, H, K], what meets the keys: after norm and rotary embedding.
    case queryRotated
    /// [N, H, K] with the number of key-value heads: after norm and rotary embedding.
    case keyRotated
    /// [H, N, longest], scaled and capped; minus infinity where a key is not visible.
    case attentionScores
    /// [H, N, longest], probabilities; the column is the position in the row's own sequence.
    case attentionPattern
    /// [N, H, K], each head's mixture of values, before the output projection.
    case headOutput
    /// [N, D], what attention adds to the residual stream (after the post-norm, where there is one).
    case attentionOut
    /// [N, D], between attention and MLP. Parallel blocks have none.
    case residualMid
    /// [N], the denominator of the norm before the MLP.
    case mlpNormScale
    /// [N, D], divided by the denominator; gain and bias not yet applied.
    case mlpNormalized
    /// [N, D], what the MLP's (or the router's) projections see.
    case mlpInput
    /// [N, experts], before the softmax.
    case routerLogits
    /// [N, experts], the weights in use; zero for an expert that is not chosen.
    case routerWeights
    /// [N, F], the argument of the nonlinearity.
    case mlpPre
    /// [N, F], the other branch of a gated MLP.
    case mlpLinear
    /// [N, F], what enters the down projection.
    case mlpPost
    /// [N, D], what the MLP adds to the residual stream (after the post-norm, where there is one).
    case mlpOut
    /// [N, D], what leaves the layer.
    case residualPost
    /// [N, D], the input of the final norm.
    case finalResidual
    /// [N], the denominator of the final norm.
    case finalNormScale
    /// [N, D], the output of the final norm: what the unembedding sees.
    case finalNormalized
    /// [N, V], after any soft cap.
    case logits

    /// Whether a layer index belongs to the name.
    public var isInLayer: Bool {
      switch self {
      case .tokenEmbedding, .positionEmbedding, .finalResidual, .finalNormScale, .finalNormalized,
        .logits:
        false
      default: true
      }
    }

    /// The meaning of the tensor's axes, first to last.
    public var axes: [Axis] {
      switch self {
      case .attentionNormScale, .mlpNormScale, .finalNormScale: [.position]
      case .query, .key, .value, .queryRotated, .keyRotated, .headOutput:
        [.position, .head, .neuron]
      case .attentionScores, .attentionPattern: [.head, .position, .key]
      default: [.position, .neuron]
      }
    }
  }

  /// What an axis of a site's tensor runs over.
  public enum Axis: String, Sendable, Codable {
    /// The packed positions of all sequences.
    case position
    /// Attention heads (key-value heads for keys and values).
    case head
    /// Components of the last axis: residual directions, neurons, head components, experts, tokens.
    case neuron
    /// The position that is attended to, in the row's own sequence.
    case key
  }
}

// MARK: - Text
extension Site: CustomStringConvertible, Codable {
  /// `residualPost.3`, or `logits` outside the layers.
  public var description: String {
    if let layer { "\(name.rawValue).\(layer)" } else { name.rawValue }
  }

  /// Reads `residualPost.3`, `logits`, or TransformerLens's `blocks.3.hook_resid_post`.
  ///
  /// - Throws: `ModelError.unknownSite` naming what was found and the nearest names.
  public init(parsing text: String) throws(ModelError) {
    if let alias = TransformerLensNames.site(text) {
      self = alias
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let name = Name(rawValue: String(parts[0])) else {
      throw ModelError(
        .unknownSite,
        "there is no site '\(text)'\(Name.suggestion(for: String(parts[0]))); "
          + "'cajal inspect' lists the sites of a model")
    }
    switch (name.isInLayer, parts.count) {
    case (true, 2):
      guard let layer = Self.layerIndex(parts[1]) else {
        throw ModelError(.unknownSite, "'\(parts[1])' in site '\(text)' is not a layer index")
      }
      self.init(name, layer: layer)
    case (false, 1): self.init(name)
    case (true, _):
      throw ModelError(.unknownSite, "site '\(text)' needs one layer, as in '\(name.rawValue).0'")
    default: throw ModelError(.unknownSite, "site '\(name.rawValue)' has no layer: '\(text)'")
    }
  }

  /// A layer index written in digits alone.
  static func layerIndex(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

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

extension Site.Name {
  /// ", did you mean …?" when a name is near, else nothing.
  static func suggestion(for text: String) -> String {
    let near = allCases.map { (distance($0.rawValue.lowercased(), text.lowercased()), $0) }
      .min { $0.0 < $1.0 }
    guard let near, near.0 <= max(2, text.count / 3) else { return "" }
    return ", did you mean '\(near.1.rawValue)'?"
  }

  /// Levenshtein distance, for names of a few dozen letters.
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8.prefix(64)))
    var row = Array(0...b.count)
    for i in 0..<a.count {
      var diagonal = row[0]
      row[0] = i + 1
      for j in 0..<b.count {
        let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
