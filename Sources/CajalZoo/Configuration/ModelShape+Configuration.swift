// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor

extension ModelShape {
  /// The counts under the names that most families share: `hidden_size`, `num_hidden_layers`,
  /// `num_attention_heads`, `num_key_value_heads`, `head_dim`, `intermediate_size`, `vocab_size`,
  /// `max_position_embeddings`.
  ///
  /// `headWidth` stands for an absent `head_dim`, nil meaning D / H; `defaults` for all absent keys of
  /// a family whose configurations leave them out.
  ///
  /// - Throws: `CheckpointError` when a count is missing, out of range, or does not divide.
  init(
    _ keys: inout Ledger<ConfigurationValue>, headWidth: Int? = nil, defaults: ModelShape? = nil
  ) throws(CheckpointError) {
    let width = try keys.positive("hidden_size", default: defaults?.width)
    let heads = try keys.positive("num_attention_heads", default: defaults?.heads)
    let groups =
      try keys.positiveIfPresent("num_key_value_heads") ?? defaults?.keyValueHeads ?? heads
    let named = try keys.positiveIfPresent("head_dim") ?? headWidth
    try keys.require(
      named != nil || width % heads == 0,
      "hidden_size \(width) is not a multiple of num_attention_heads \(heads)")
    self.init(
      layers: try keys.layerCount("num_hidden_layers", default: defaults?.layers), width: width,
      heads: heads, keyValueHeads: groups,
      headWidth: named ?? width / heads,
      hiddenWidth: try keys.positive("intermediate_size", default: defaults?.hiddenWidth),
      vocabulary: try keys.positive("vocab_size", default: defaults?.vocabulary),
      context: try keys.positive("max_position_embeddings", default: defaults?.context))
    try keys.require(
      heads % groups == 0,
      "num_attention_heads \(heads) is not a multiple of num_key_value_heads \(groups)")
  }

  /// H · K, the width of all queries.
  var queryWidth: Int { heads * headWidth }
  /// G · K, the width of all keys.
  var keyWidth: Int { keyValueHeads * headWidth }
}

extension Ledger where Value == ConfigurationValue {
  /// A count of layers, bounded so that nothing is laid out for layers no file can hold.
  mutating func layerCount(
    _ key: String, default fallback: Int? = nil
  ) throws(CheckpointError) -> Int {
    try int(key, in: 1...65_536, default: fallback)
  }

  /// The ε of a norm, from 0 to 1.
  mutating func epsilon(
    _ key: String, default fallback: Double
  ) throws(CheckpointError) -> Double {
    let value = try number(key, default: fallback)
    try require((0...1).contains(value), "\(key) is \(value), outside 0 to 1")
    return value
  }

  /// A number that Float32 holds and can be divided by: above zero, neither too small nor too large.
  func divisor(_ key: String, _ value: Double) throws(CheckpointError) -> Float {
    let divisor = Float(value)
    try require(
      divisor > 0 && divisor.isNormal, "\(key) is \(value) and must be a Float32 above 0")
    return divisor
  }

  /// Refuses a configuration whose values contradict each other.
  func require(_ condition: Bool, _ what: String) throws(CheckpointError) {
    guard condition else { throw CheckpointError(.mismatch, "\(subject): \(what)", file: file) }
  }

  /// The nonlinearity a configuration names.
  ///
  /// - Throws: `CheckpointError` naming those that are implemented.
  mutating func activation(
    _ key: String, default fallback: String? = nil
  ) throws(CheckpointError) -> Activation {
    let name = try string(key, in: Activation.byName.keys.sorted(), default: fallback)
    return Activation.byName[name] ?? .identity
  }

  /// The nonlinearity a configuration names, nil where the key is absent.
  mutating func activationIfPresent(_ key: String) throws(CheckpointError) -> Activation? {
    guard has(key), let name = try stringIfPresent(key) else { return nil }
    guard let found = Activation.byName[name] else {
      throw unsupported(
        key, found: .string(name),
        supported: Activation.byName.keys.sorted().map { .string($0) })
    }
    return found
  }

  /// Whether embedding and unembedding are one matrix.
  mutating func tied(default fallback: Bool) throws(CheckpointError) -> Bool {
    try bool("tie_word_embeddings", default: fallback)
  }

  /// Which layers slide a window over their keys, by `layer_types`, or by `rule` where the key is
  /// absent.
  mutating func slidingLayers(
    _ count: Int, default rule: (Int) -> Bool
  ) throws(CheckpointError) -> [Bool] {
    guard let types = try stringsIfPresent("layer_types") else { return (0..<count).map(rule) }
    try require(types.count == count, "layer_types names \(types.count) of \(count) layers")
    return try types.map { type throws(CheckpointError) in
      switch type {
      case "sliding_attention": return true
      case "full_attention": return false
      default:
        throw unsupported(
          "layer_types", found: .string(type),
          supported: [.string("full_attention"), .string("sliding_attention")])
      }
    }
  }
}
