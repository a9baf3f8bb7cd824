// SPDX-License-Identifier: Apache-2.0

// Attributes, elements, slices and calls, as the reference's immutable sandbox allows them.
extension Rendering {
  /// `value.name`: the attribute, or else the element.
  func attribute(_ name: Text, of value: Value) throws(TextError) -> Value {
    if case .undefined(let undefined) = value {
      guard AttributeNames.isInternal(name.string, of: value) else { throw undefined.error }
      return unsafe(name.string, value)
    }
    if let found = try ownAttribute(name, of: value) { return found }
    return element(.text(name), ofKnown: value) ?? missing(.text(name), of: value)
  }

  /// `value[key]`: the element, or else the attribute where the key is a text.
  func element(_ key: Value, of value: Value) throws(TextError) -> Value {
    if case .undefined(let undefined) = value { throw undefined.error }
    if let found = element(key, ofKnown: value) { return found }
    if case .text(let name) = key, let found = try ownAttribute(name, of: value) { return found }
    return missing(key, of: value)
  }

  private func missing(_ key: Value, of value: Value) -> Value {
    let isDeep = key.depth + 1 >= TemplateLimits.nesting
    return .undefined(Undefined(.member(of: value.ownerName, isDeep ? .none : key)))
  }

  /// What Python's type has under the name: methods and a few values; nil where it has nothing.
  private func ownAttribute(_ name: Text, of value: Value) throws(TextError) -> Value? {
    if case .object(let namespace as Namespace) = value { return namespace.value(of: name) }
    let word = name.string
    if word.hasPrefix("_") {
      guard AttributeNames.isInternal(word, of: value) else { return nil }
      return unsafe(word, value)
    }
    if AttributeNames.changes(word, value) { return unsafe(word, value) }
    switch value {
    case .object(let object):
      if let found = try object.attribute(name, in: self) { return found }
    case .tuple(let elements):
      if let place = elements.names.firstIndex(of: name) { return elements.items[place] }
    case .integer, .boolean, .real:
      if let found = NumberMethods.property(word, of: value) { return found }
    default: break
    }
    return AttributeNames.isMethod(word, of: value) ? .object(Method(value, word)) : nil
  }

  private func unsafe(_ name: String, _ value: Value) -> Value {
    .undefined(
      Undefined(
        .unsafe("access to attribute '\(name)' of '\(value.typeName)' object is unsafe.")))
  }

  private func element(_ key: Value, ofKnown value: Value) -> Value? {
    switch value {
    case .mapping(let mapping):
      // What cannot be a key is in no mapping.
      return (try? MappingKey(key)).flatMap { mapping[$0] }
    case .text(let text):
      return place(key, in: text.count).map {
        .text(Text([text.scalars[$0]], isMarkup: text.isMarkup))
      }
    case .list(let elements), .tuple(let elements):
      return place(key, in: elements.items.count).map { elements.items[$0] }
    case .object(let object): return object.element(key)
    default: return nil
    }
  }

  private func place(_ key: Value, in count: Int) -> Int? {
    guard var place = key.index else { return nil }
    if place < 0, place >= -count { place += count }
    return (0..<count).contains(place) ? place : nil
  }
}

// MARK: - Slices
extension Rendering {
  func slice(
    _ value: Value, _ start: Value, _ stop: Value, _ step: Value
  ) throws(TextError) -> Value {
    switch value {
    case .undefined(let undefined): throw undefined.error
    case .text(let text):
      let places = try places(start, stop, step, in: text.count)
      try spend(scalars: places.count)
      return .text(Text(places.map { text.scalars[$0] }, isMarkup: text.isMarkup))
    case .list(let elements):
      let places = try places(start, stop, step, in: elements.items.count)
      try spend(steps: places.count)
      return try .list(places.map { elements.items[$0] })
    case .tuple(let elements):
      let places = try places(start, stop, step, in: elements.items.count)
      try spend(steps: places.count)
      return try .tuple(places.map { elements.items[$0] })
    case .object(let range as NumberRange):
      return .object(
        try range.part(try bounds(start, stop, step, in: range.length), by: bound(step) ?? 1))
    case .mapping: throw .failure(.type, "unhashable type: 'slice'")
    default: throw .failure(.type, "'\(value.typeName)' object is not subscriptable")
    }
  }

  private func bound(_ value: Value) throws(TextError) -> Int? {
    if value.isNone { return nil }
    guard let index = value.index else {
      throw .failure(
        .type, "slice indices must be integers or None or have an __index__ method")
    }
    return index
  }

  /// The places that a slice takes, in its order.
  private func places(
    _ start: Value, _ stop: Value, _ step: Value, in count: Int
  ) throws(TextError) -> [Int] {
    let bounds = try bounds(start, stop, step, in: count)
    return Array(stride(from: bounds.first, to: bounds.end, by: try bound(step) ?? 1))
  }

  /// Where a slice begins and where it ends, the end itself left out.
  private func bounds(
    _ start: Value, _ stop: Value, _ step: Value, in count: Int
  ) throws(TextError) -> (first: Int, end: Int) {
    let step = try bound(step) ?? 1
    guard step != 0 else { throw .failure(.value, "slice step cannot be zero") }
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? count : count - 1
    func clamped(_ place: Int) -> Int {
      let place = place < 0 ? max(place, -count - 1) + count : place
      return min(max(place, lowest), highest)
    }
    let first = try bound(start).map(clamped) ?? (step > 0 ? lowest : highest)
    return (first, try bound(stop).map(clamped) ?? (step > 0 ? highest : lowest))
  }
}

// MARK: - Calls
extension Rendering {
  func call(_ function: Value, _ arguments: Arguments) throws(TextError) -> Value {
    switch function {
    case .undefined(let undefined): throw undefined.error
    case .object(let object): return try object.call(arguments, in: self)
    default: throw .failure(.type, "'\(function.typeName)' object is not callable")
    }
  }
}
