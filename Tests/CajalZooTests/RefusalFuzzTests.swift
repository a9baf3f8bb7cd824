// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import Foundation
import Testing

/// Random edits of every fixture's configuration: each is refused in one line or runs.
struct RefusalFuzzTests {
  /// Edits tried with each fixture.
  static let edits = 60

  @Test(arguments: RefusalFixture.all)
  func `an edited configuration is refused or runs`(_ fixture: RefusalFixture) throws {
    let seed = fixture.name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    var draws = Draws(source: Philox(seed: seed))
    let before = Self.peakMemory
    var (accepted, refused) = (0, 0)
    for _ in 0..<Self.edits {
      var changed = fixture
      let count = draws.below(4) == 0 ? 3 : 1
      for _ in 0..<count { changed.configuration = draws.edited(changed.configuration) }
      do {
        let model = try changed.load()
        let tokens = (0..<3).map { $0 % model.shape.vocabulary }
        let logits = try model.logits(TokenBatch(tokens))
        #expect(logits.shape == [3, model.shape.answers])
        accepted += 1
      } catch let error as CheckpointError {
        #expect(!error.description.contains("\n"))
        refused += 1
      } catch let error as ModelError {
        // A model whose learned positions are fewer than three tokens.
        #expect(error.code == .tokens)
      }
    }
    // One fixture shows a kind of positions that is refused.
    let loads = fixture.name != "tl-shortformer"
    #expect((accepted > 0) == loads, "\(accepted) accepted, \(refused) refused")
    #expect(refused > accepted / 4, "\(accepted) accepted, \(refused) refused")
    #expect(Self.peakMemory - before < 1 << 30, "more memory than any file here can need")
  }

  /// The largest resident memory of the process so far, in bytes.
  private static var peakMemory: Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}

/// Draws of one seed, one after the other.
private struct Draws {
  let source: Philox
  private var index: UInt64 = 0

  init(source: Philox) {
    self.source = source
  }

  mutating func below(_ limit: Int) -> Int {
    index += 1
    return Int(source.integer(index, below: UInt64(limit)))
  }

  mutating func element<Element>(of list: [Element]) -> Element { list[below(list.count)] }

  /// The object with one value changed, somewhere in it.
  mutating func edited(
    _ object: [String: ConfigurationValue]
  ) -> [String: ConfigurationValue] {
    guard !object.isEmpty else { return ["surprise": 1] }
    var object = object
    let key = element(of: object.keys.sorted())
    if case .object(let inner) = object[key], below(4) != 0 {
      object[key] = .object(edited(inner))
      return object
    }
    switch below(8) {
    case 0: object[key] = nil
    case 1: object[element(of: Self.names)] = element(of: Self.values)
    default: object[key] = changed(object[key] ?? .null)
    }
    return object
  }

  private mutating func changed(_ value: ConfigurationValue) -> ConfigurationValue {
    switch value {
    case .integer(let number) where below(2) == 0:
      return .integer(element(of: [number - 1, number &+ 1, number / 2, number &* 2, -number]))
    case .number(let number) where below(2) == 0:
      return .number(element(of: [-number, number * 1e300, number * 1e-300, number + 1]))
    case .bool(let flag) where below(2) == 0: return .bool(!flag)
    case .array(let list) where !list.isEmpty && below(2) == 0:
      var list = list
      let at = below(list.count)
      if below(3) == 0 { list.remove(at: at) } else { list[at] = changed(list[at]) }
      return .array(list)
    default: return element(of: Self.values)
    }
  }

  /// Keys that some family reads, to be put where they may not belong.
  private static let names = [
    "head_dim", "num_key_value_heads", "rope_scaling", "rope_parameters", "rope_theta",
    "partial_rotary_factor", "layer_types", "sliding_window", "n_inner", "tie_word_embeddings",
    "original_max_position_embeddings", "attention_types", "model_type", "text_config",
  ]

  private static let values: [ConfigurationValue] = [
    .null, .bool(true), .bool(false), 0, 1, 2, 3, -1, .integer(1 << 31), .integer((1 << 31) - 1),
    .integer(1 << 40), .integer(.max), .integer(.min), 1.5, -0.0, 1e300, -1e300, 5e-324, 1e-40,
    .number(.nan), .number(.infinity), "", "silu", "xielu", [], [1], ["full_attention"], [nil],
    [[["global"], .integer(1 << 40)]], [[["global"], 65_536]], [:],
    ["rope_type": "linear", "factor": 4], ["rope_type": "dynamic", "factor": 0.5],
    ["rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1],
    ["rope_type": "longrope", "short_factor": [1], "long_factor": [1]],
    ["rope_type": "llama3", "factor": 8, "low_freq_factor": 0, "high_freq_factor": 1e-300],
  ]
}
