// SPDX-License-Identifier: Apache-2.0

/// Equality and order of values, as Python has them.
enum Comparison {
  /// Whether two values are equal; costs up to the weight of the lighter one.
  static func areEqual(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): true
    case (.text(let left), .text(let right)): left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      left === right || areEqual(left.items, right.items)
    case (.mapping(let left), .mapping(let right)): left === right || areEqual(left, right)
    case (.object(let left), .object(let right)): left.equals(right)
    default: numbersAreEqual(left, right)
    }
  }

  private static func numbersAreEqual(_ left: Value, _ right: Value) -> Bool {
    if let left = left.index, let right = right.index { return left == right }
    if case .real(let real) = left, let whole = right.index { return Int(exactly: real) == whole }
    if case .real(let real) = right, let whole = left.index { return Int(exactly: real) == whole }
    if case .real(let left) = left, case .real(let right) = right { return left == right }
    return false
  }

  private static func areEqual(_ left: [Value], _ right: [Value]) -> Bool {
    guard left.count == right.count else { return false }
    for (left, right) in zip(left, right) where !areEqual(left, right) { return false }
    return true
  }

  private static func areEqual(_ left: Mapping, _ right: Mapping) -> Bool {
    guard left.count == right.count else { return false }
    for member in left.members {
      guard let key = try? MappingKey(member.key),  // a key of a mapping can be one
        let other = right[key], areEqual(member.value, other)
      else { return false }
    }
    return true
  }

  /// Whether two values are the same object. Equal numbers and texts count as one: Python keeps
  /// small ones once, and which others it shares is left to chance.
  static func areIdentical(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.real(let left), .real(let right)): left == right
    case (.text(let left), .text(let right)): left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      left === right
    case (.mapping(let left), .mapping(let right)): left === right
    case (.object(let left), .object(let right)): left === right
    case (.undefined(let left), .undefined(let right)): left === right
    default: false
    }
  }

  /// Whether `left` comes before `right`; `symbol` is how the template wrote it.
  static func isLess(
    _ left: Value, _ right: Value, symbol: String, orEqual: Bool = false, swapped: Bool = false
  ) throws(TextError) -> Bool {
    if let left = left.index, let right = right.index {
      return orEqual ? left <= right : left < right
    }
    if let left = left.number, let right = right.number {
      return orEqual ? left <= right : left < right
    }
    switch (left, right) {
    case (.text(let left), .text(let right)):
      if orEqual, left == right { return true }
      return left.scalars.lexicographicallyPrecedes(right.scalars)
    case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
      for (left, right) in zip(first.items, second.items) where !areEqual(left, right) {
        return try isLess(left, right, symbol: symbol, orEqual: orEqual, swapped: swapped)
      }
      let (left, right) = (first.items.count, second.items.count)
      return orEqual ? left <= right : left < right
    case (.undefined(let undefined), _), (_, .undefined(let undefined)):
      throw undefined.error
    default:
      let (first, second) = swapped ? (right, left) : (left, right)
      throw .failure(
        .type,
        "'\(symbol)' not supported between instances of '\(first.typeName)' and "
          + "'\(second.typeName)'")
    }
  }
}

// MARK: - Sorting
extension Comparison {
  /// Sorts by keys, keeping the order of equal ones; `reverse` turns the order and keeps it too.
  static func sorted(
    _ values: [Value], by keys: [Value], reverse: Bool, in rendering: Rendering
  ) throws(TextError) -> [Value] {
    var order = Array(values.indices)
    if reverse { order.reverse() }
    var width = 1
    while width < order.count {
      var merged: [Int] = []
      merged.reserveCapacity(order.count)
      var start = 0
      while start < order.count {
        let middle = min(start + width, order.count)
        let end = min(start + 2 * width, order.count)
        try merge(order[start..<middle], order[middle..<end], keys, into: &merged, rendering)
        start = end
      }
      order = merged
      width *= 2
    }
    if reverse { order.reverse() }
    return order.map { values[$0] }
  }

  private static func merge(
    _ left: ArraySlice<Int>, _ right: ArraySlice<Int>, _ keys: [Value], into merged: inout [Int],
    _ rendering: Rendering
  ) throws(TextError) {
    var (left, right) = (left, right)
    while let first = left.first, let second = right.first {
      try rendering.spend(comparing: keys[first], keys[second])
      if try isLess(keys[second], keys[first], symbol: "<") {
        merged.append(second)
        right = right.dropFirst()
      } else {
        merged.append(first)
        left = left.dropFirst()
      }
    }
    merged += left
    merged += right
  }
}
