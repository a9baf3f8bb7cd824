import CajalCheckpoint
// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalTensor
import CajalText
import CajalZoo
import Foundation

/// What a model is, in values that can be printed and sent: what `cajal inspect` and the first chapter
/// of a scan say.
public struct ModelDescription: Sendable, Codable, Equatable {
  /// The name of its folder or file.
  public var name: String
  /// The family, such as `Llama`.
  public var architecture: String
  /// The configuration's `model_type`.
  public var modelType: String
  /// Counts and widths.
  public var shape: ModelShape
  /// How a layer's outputs enter the residual stream.
  public var residualIdentity: ResidualIdentity
  /// Numbers the model learned.
  public var parameters: Int
  /// Bytes of the weights in their stored types.
  public var weightBytes: Int
  /// Bytes of everything a recording of all sites keeps for one token of a short text.
  public var traceBytesPerToken: Int
  /// How many tensors there are of each stored type.
  public var storedTypes: [String: Int]
  /// What turns text into tokens.
  public var tokenizer: Tokenizer
  /// The files of weights and configuration.
  public var files: [File]
  /// The format of the weights.
  public var format: String
  /// The sites of a forward pass, each name once.
  public var sites: [SiteGroup]
  /// Configuration keys that change no number, and why.
  public var excusedKeys: [Excuse]
  /// Tensors of the files that are not part of the model, and why.
  public var excusedTensors: [Excuse]
  /// What the weights' file holds beside tensors and was not read.
  public var unreadEntries: [String]

  /// What turns text into tokens.
  public struct Tokenizer: Sendable, Codable, Equatable {
    /// What it is.
    public var kind: String
    /// How many tokens it has.
    public var vocabulary: Int
    /// The token before a text, where there is one.
    public var beginning: Int?
    /// The tokens that end a text.
    public var ends: [Int]
    /// Why text cannot be read, where it cannot.
    public var note: String?
  }

  /// A file.
  public struct File: Sendable, Codable, Equatable {
    /// Its name.
    public var name: String
    /// Its size.
    public var bytes: Int
  }

  /// One name with the layers that have it.
  public struct SiteGroup: Sendable, Codable, Equatable {
    /// The site's name without its layer.
    public var name: String
    /// The layers that have it; empty outside the layers.
    public var layers: [Int]
    /// What its axes run over: N tokens, D width, H heads, K head width, F neurons, V vocabulary.
    public var axes: String
  }

  /// Something that was let go.
  public struct Excuse: Sendable, Codable, Equatable {
    /// Its name in the file.
    public var name: String
    /// Why nothing is lost.
    public var reason: String
  }
}

extension ModelDescription {
  /// The description of a subject.
  public init(_ subject: Subject) {
    let (checkpoint, loaded, model) = (subject.checkpoint, subject.loaded, subject.model)
    name = subject.name
    architecture = loaded.family
    modelType = loaded.modelType
    shape = model.shape
    residualIdentity = model.residualIdentity
    parameters = model.weights.parameterCount
    weightBytes = model.weights.byteCount
    traceBytesPerToken = model.sites.reduce(0) { $0 + 4 * $1.name.numbersPerToken(model.shape) }
    storedTypes = Dictionary(
      model.weights.names.compactMap { model.weights[$0].map { ($0.type.rawValue, 1) } },
      uniquingKeysWith: +)
    tokenizer = Tokenizer(
      kind: subject.tokenizer.kind, vocabulary: subject.tokenizer.vocabularySize,
      beginning: subject.tokenizer.beginningOfSequence, ends: subject.endTokens.sorted(),
      note: subject.tokenizerNote)
    files = (checkpoint.files + (checkpoint.configurationFile.map { [$0] } ?? [])).reduce(into: [])
    {
      let file = File(name: $1.lastPathComponent, bytes: Self.size(of: $1))
      if !$0.contains(file) { $0.append(file) }
    }
    format = checkpoint.format.rawValue
    sites = Self.groups(model)
    excusedKeys = loaded.excusedKeys.map { Excuse(name: $0.name, reason: $0.reason) }
    excusedTensors = loaded.excusedTensors.map { Excuse(name: $0.name, reason: $0.reason) }
    unreadEntries = checkpoint.nonTensorEntries
  }

  private static func groups(_ model: any LanguageModel) -> [SiteGroup] {
    var groups: [SiteGroup] = []
    var places: [Site.Name: Int] = [:]
    for site in model.sites {
      let place = places[site.name] ?? groups.count
      if place == groups.count {
        places[site.name] = place
        groups.append(SiteGroup(name: site.name.rawValue, layers: [], axes: site.name.letters))
      }
      if let layer = site.layer { groups[place].layers.append(layer) }
    }
    return groups
  }

  /// A file that was just read has a size; should the system refuse to say it, it is shown as 0.
  private static func size(of file: URL) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: file.resolvingSymlinksInPath().path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }
}

extension ModelDescription.SiteGroup {
  /// `residualPost.0–4`, `mlpOut.0,2,4`, or the name alone outside the layers.
  public var text: String {
    guard let first = layers.first, let last = layers.last else { return name }
    if first == last { return "\(name).\(first)" }
    if layers == Array(first...last) { return "\(name).\(first)–\(last)" }
    return "\(name).\(layers.map(String.init).joined(separator: ","))"
  }
}

extension Site.Name {
  /// The axes of the tensor in the project's letters: `N × D`.
  var letters: String {
    switch self {
    case .attentionNormScale, .mlpNormScale, .finalNormScale: "N"
    case .query, .queryRotated, .headOutput: "N × H × K"
    case .key, .keyRotated, .value: "N × H′ × K"
    case .attentionScores, .attentionPattern: "H × N × longest"
    case .routerLogits, .routerWeights: "N × E"
    case .mlpPre, .mlpLinear, .mlpPost: "N × F"
    case .logits: "N × V"
    default: "N × D"
    }
  }

  /// How many numbers one token leaves at the site, as its own first token.
  fileprivate func numbersPerToken(_ shape: ModelShape) -> Int {
    switch self {
    case .attentionNormScale, .mlpNormScale, .finalNormScale: 1
    case .query, .queryRotated, .headOutput: shape.heads * shape.headWidth
    case .key, .keyRotated, .value: shape.keyValueHeads * shape.headWidth
    case .attentionScores, .attentionPattern: shape.heads
    case .routerLogits, .routerWeights: shape.experts
    case .mlpPre, .mlpLinear, .mlpPost: shape.hiddenWidth
    case .logits: shape.vocabulary
    default: shape.width
    }
  }
}
