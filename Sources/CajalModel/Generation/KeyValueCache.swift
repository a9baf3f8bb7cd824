// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// The keys and values of sequences that ran before, in every layer: what later positions attend to.
///
/// A value: a copy stays what it is when another one grows. Growing costs what is new.
public struct KeyValueCache: Sendable {
  /// The tokens of each sequence.
  public let tokens: [[Int32]]
  /// By layer, then by sequence.
  let layers: [[KeysValues]]
  /// By rotary table, then by sequence: what the keys were turned with.
  let frequencies: [[RotaryFrequencies]]

  /// How many sequences there are.
  public var sequenceCount: Int { tokens.count }

  /// What a run leaves to runs after it: the keys and values of its prefix, if it had one, and of its
  /// own rows, as its attention used them.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - tap: saw every layer of the run, behind whatever changed it.
  public init(_ run: Run, _ tap: CacheTap) {
    let batch = run.batch
    let prefix = run.options.prefix
    tokens = (0..<batch.sequenceCount).map { sequence in
      (prefix?.tokens(sequence) ?? []) + batch.tokens[batch.rows(of: sequence)]
    }
    layers = tap.layers.enumerated().map { layer, found in
      (0..<batch.sequenceCount).map { sequence in
        let rows = batch.rows(of: sequence)
        let (keys, values) = (found.keys.rows(rows), found.values.rows(rows))
        var all =
          prefix?.keysValues(layer, sequence)
          ?? KeysValues(
            groups: keys.shape[1], keyWidth: keys.shape[2], valueWidth: values.shape[2])
        all.append(keys: keys, values: values)
        return all
      }
    }
    frequencies = run.rotary.map(\.frequencies)
  }
}

/// What precedes the sequences of a run: for each the first positions of a cached sequence, or
/// nothing.
///
/// The run's batch then holds only what is new; its positions count on from the prefix's end. Several
/// sequences may follow the same cached one, each after as many of its positions as it likes.
public struct RunPrefix: Sendable {
  /// Where the keys and values are.
  public let cache: KeyValueCache
  /// For every sequence of the batch the cached sequence that it follows, and how many of its positions.
  public let parts: [(sequence: Int, length: Int)]

  /// Some positions of cached sequences, one for each sequence of a batch.
  public init(_ cache: KeyValueCache, _ parts: [(sequence: Int, length: Int)]) {
    for part in parts {
      precondition(
        cache.tokens.indices.contains(part.sequence) && part.length >= 0
          && part.length <= cache.tokens[part.sequence].count,
        "\(part.length) positions of sequence \(part.sequence) are not cached")
    }
    self.cache = cache
    self.parts = parts
  }

  /// Everything: each sequence of the batch follows the whole cached one of its index.
  public init(_ cache: KeyValueCache) {
    self.init(cache, cache.tokens.enumerated().map { ($0.offset, $0.element.count) })
  }

  /// The tokens that precede a sequence of the batch.
  func tokens(_ sequence: Int) -> [Int32] {
    let part = parts[sequence]
    return Array(cache.tokens[part.sequence].prefix(part.length))
  }

  /// What a sequence of the batch attends to in a layer, nil where nothing precedes it.
  func keysValues(_ layer: Int, _ sequence: Int) -> KeysValues? {
    let part = parts[sequence]
    guard part.length > 0 else { return nil }
    return cache.layers[layer][part.sequence].prefix(part.length)
  }

  /// The same for all sequences of the batch.
  func keysValues(_ layer: Int) -> [KeysValues?] {
    parts.indices.map { keysValues(layer, $0) }
  }

  /// Whether the cached keys were turned as those of this run are. Scalings whose frequencies depend
  /// on the length turn them otherwise once a sequence has grown; then the prefix must run again.
  func fits(_ run: Run) -> Bool { parts.indices.allSatisfy { fits(run, $0) } }

  /// The same for one sequence of the batch.
  func fits(_ run: Run, _ sequence: Int) -> Bool {
    parts[sequence].length == 0
      || run.rotary.indices.allSatisfy { table in
        run.rotary[table].frequencies[sequence]
          == cache.frequencies[table][parts[sequence].sequence]
      }
  }
}

/// Collects the keys and values that a run attends to. It stands behind what changes them.
public struct CacheTap: Tap {
  private var keys: [Int: Tensor] = [:]
  private var values: [Int: Tensor] = [:]

  /// Nothing collected yet.
  public init() {}

  /// Keys, as they meet the queries, and values.
  public func wants(_ site: Site) -> Bool {
    switch site.name {
    case .key, .keyRotated, .value: true
    default: false
    }
  }

  /// Keeps keys and values.
  public mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    guard let layer = site.layer else { return value }
    switch site.name {
    // Where keys are turned or normed, the turned ones come behind and replace these.
    case .key, .keyRotated: keys[layer] = value.detached
    case .value: values[layer] = value.detached
    default: break
    }
    return value
  }

  /// Keys [N, G, K] and values [N, G, Kv] of the layers from the first on.
  var layers: [(keys: Tensor, values: Tensor)] {
    (0..<keys.count).map { layer in
      guard let keys = keys[layer], let values = values[layer] else {
        preconditionFailure("the run did not visit layer \(layer)")
      }
      return (keys, values)
    }
  }
}
