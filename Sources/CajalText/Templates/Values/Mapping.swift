// SPDX-License-Identifier: Apache-2.0

/// A dictionary: keys in the order in which they came, each with one value.
final class Mapping {
  let keys: [Value]
  let values: [Value]
  private let places: [MappingKey: Int]
  /// How deep the values nest, this level counted.
  let depth: Int
  /// How many values a walk over all members meets.
  let weight: Int

  /// Later values take the place of earlier ones with an equal key.
  init(_ members: [(key: Value, value: Value)]) throws(TextError) {
    var keys: [Value] = []
    var values: [Value] = []
    var places: [MappingKey: Int] = [:]
    for member in members {
      let key = try MappingKey(member.key)
      if let place = places[key] {
        values[place] = member.value
      } else {
        places[key] = keys.count
        keys.append(member.key)
        values.append(member.value)
      }
    }
    let inner = try Nesting.around(values)
    let outer = try Nesting.around(keys)
    depth = max(inner.depth, outer.depth)
    weight = min(inner.weight + outer.weight, Int.max / 4)
    self.keys = keys
    self.values = values
    self.places = places
  }

  var count: Int { keys.count }

  /// The value of a key that can be one.
  subscript(key: MappingKey) -> Value? { places[key].map { values[$0] } }

  subscript(name: Text) -> Value? { self[MappingKey(name)] }

  var members: [(key: Value, value: Value)] { Array(zip(keys, values)).map { ($0.0, $0.1) } }
}

/// A value as a key: equal numbers are one key whatever their type.
struct MappingKey: Hashable {
  private let value: Value

  init(_ text: Text) { value = .text(text) }

  /// Refuses what cannot be a key, in Python's words.
  init(_ value: Value) throws(TextError) {
    switch value {
    case .list, .mapping: throw .failure(.type, "unhashable type: '\(value.typeName)'")
    case .tuple(let elements):
      guard elements.weight <= TemplateLimits.keyWeight else {
        throw TextError(.exhausted, "the chat template uses a tuple as key that is too large")
      }
      for item in elements.items { _ = try MappingKey(item) }
    case .object(let object) where !object.isHashable:
      throw .failure(.type, "unhashable type: '\(object.typeName)'")
    default: break
    }
    self.value = value
  }

  static func == (left: MappingKey, right: MappingKey) -> Bool {
    Comparison.areEqual(left.value, right.value)
  }

  func hash(into hasher: inout Hasher) { Self.hash(value, into: &hasher) }

  private static func hash(_ value: Value, into hasher: inout Hasher) {
    switch value {
    case .boolean, .integer, .real:
      let number = value.number ?? 0
      hasher.combine(number == 0 ? 0 : number)
    case .text(let text): hasher.combine(text)
    case .tuple(let elements): for item in elements.items { hash(item, into: &hasher) }
    case .object(let object): hasher.combine(object.hash)
    default: hasher.combine(0)
    }
  }
}
