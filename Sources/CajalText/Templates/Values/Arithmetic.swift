// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Python's operators on numbers. Whole numbers beyond 64 bits are refused.
enum Arithmetic {
  enum Operation: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case divideWhole = "//"
    case remainder = "%"
    case power = "**"

    /// How Python names the operator in errors.
    var name: String { self == .power ? "** or pow()" : rawValue }
  }

  static let tooLarge = TextError.unsupported("a whole number beyond 64 bits")

  static func signed(_ value: Value, isMinus: Bool) throws(TextError) -> Value {
    if case .undefined(let undefined) = value { throw undefined.error }
    if let whole = value.index {
      guard isMinus else { return .integer(whole) }
      guard whole != .min else { throw tooLarge }
      return .integer(-whole)
    }
    guard case .real(let real) = value else {
      throw .failure(
        .type, "bad operand type for unary \(isMinus ? "-" : "+"): '\(value.typeName)'")
    }
    return .real(isMinus ? -real : real)
  }

  static func calculate(
    _ left: Int, _ operation: Operation, _ right: Int
  ) throws(TextError) -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .divide:
      guard right != 0 else { throw .failure(.zeroDivision, "division by zero") }
      return .real(Double(left) / Double(right))
    case .divideWhole, .remainder:
      guard right != 0 else {
        throw .failure(
          .zeroDivision,
          operation == .remainder
            ? "integer modulo by zero" : "integer division or modulo by zero")
      }
      if right == -1 {
        guard operation == .divideWhole else { return .integer(0) }
        result = left.multipliedReportingOverflow(by: -1)
      } else {
        let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
        let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
        let whole = operation == .divideWhole
        result = (whole ? quotient - (isBelow ? 1 : 0) : remainder + (isBelow ? right : 0), false)
      }
    case .power: return try power(left, right)
    }
    guard !result.overflow else { throw tooLarge }
    return .integer(result.partialValue)
  }

  private static func power(_ base: Int, _ exponent: Int) throws(TextError) -> Value {
    guard exponent >= 0 else { return try power(Double(base), Double(exponent)) }
    if base == 1 || exponent == 0 { return .integer(1) }
    if base == 0 { return .integer(0) }
    if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
    guard exponent < 64 else { throw tooLarge }
    var result = 1
    for _ in 0..<exponent {
      let (product, overflow) = result.multipliedReportingOverflow(by: base)
      guard !overflow else { throw tooLarge }
      result = product
    }
    return .integer(result)
  }

  static func calculate(
    _ left: Double, _ operation: Operation, _ right: Double
  ) throws(TextError) -> Value {
    switch operation {
    case .add: return .real(left + right)
    case .subtract: return .real(left - right)
    case .multiply: return .real(left * right)
    case .power: return try power(left, right)
    case .divide:
      guard right != 0 else { throw .failure(.zeroDivision, "float division by zero") }
      return .real(left / right)
    case .divideWhole, .remainder:
      guard right != 0 else {
        throw .failure(
          .zeroDivision,
          operation == .remainder ? "float modulo" : "float floor division by zero")
      }
      let (quotient, remainder) = floorDivision(left, right)
      return .real(operation == .remainder ? remainder : quotient)
    }
  }

  /// The quotient rounded down and the remainder, which has the divisor's sign.
  private static func floorDivision(
    _ left: Double, _ right: Double
  ) -> (quotient: Double, remainder: Double) {
    var remainder = fmod(left, right)
    var quotient = (left - remainder) / right
    if remainder == 0 {
      remainder = Double(signOf: right, magnitudeOf: 0)
    } else if (right < 0) != (remainder < 0) {
      remainder += right
      quotient -= 1
    }
    guard quotient != 0 else {
      return (Double(signOf: left / right, magnitudeOf: 0), remainder)
    }
    let whole = quotient.rounded(.down)
    return (quotient - whole > 0.5 ? whole + 1 : whole, remainder)
  }

  private static func power(_ base: Double, _ exponent: Double) throws(TextError) -> Value {
    if base == 0, exponent < 0 {
      throw .failure(.zeroDivision, "0.0 cannot be raised to a negative power")
    }
    if base < 0, base.isFinite, exponent.isFinite, exponent != exponent.rounded() {
      throw .unsupported("a root of a negative number")
    }
    let result = pow(base, exponent)
    if result.isInfinite, base.isFinite, exponent.isFinite {
      throw .failure(.overflow, "(34, 'Numerical result out of range')")
    }
    return .real(result)
  }
}

// MARK: - All values
extension Rendering {
  func calculate(
    _ left: Value, _ operation: Arithmetic.Operation, _ right: Value
  ) throws(TextError) -> Value {
    if let left = left.index, let right = right.index {
      return try Arithmetic.calculate(left, operation, right)
    }
    if let left = left.number, let right = right.number {
      return try Arithmetic.calculate(left, operation, right)
    }
    if operation == .remainder, case .text(let format) = left {
      return .text(try PercentFormat.filled(format, with: right, in: self))
    }
    if case .undefined(let undefined) = left { throw undefined.error }
    if case .undefined(let undefined) = right { throw undefined.error }
    switch operation {
    case .add: return try sum(left, right)
    case .multiply: return try product(left, right)
    default: throw unsupported(operation, left, right)
    }
  }

  private func unsupported(
    _ operation: Arithmetic.Operation, _ left: Value, _ right: Value
  ) -> TextError {
    .failure(
      .type,
      "unsupported operand type(s) for \(operation.name): '\(left.typeName)' and "
        + "'\(right.typeName)'")
  }

  private func sum(_ left: Value, _ right: Value) throws(TextError) -> Value {
    switch (left, right) {
    case (.text(let left), .text(let right)):
      try spend(scalars: left.count + right.count)
      guard left.isMarkup || right.isMarkup else { return .text(left.scalars + right.scalars) }
      return .text(Text(left.escaped.scalars + right.escaped.scalars, isMarkup: true))
    case (.list(let left), .list(let right)):
      try spend(steps: left.items.count + right.items.count)
      return try .list(left.items + right.items)
    case (.tuple(let left), .tuple(let right)):
      try spend(steps: left.items.count + right.items.count)
      return try .tuple(left.items + right.items)
    case (.text(let text), _) where !text.isMarkup:
      throw .failure(.type, "can only concatenate str (not \"\(right.typeName)\") to str")
    case (.list, _), (.tuple, _):
      throw .failure(
        .type,
        "can only concatenate \(left.typeName) (not \"\(right.typeName)\") to \(left.typeName)")
    default: throw unsupported(.add, left, right)
    }
  }

  private func product(_ left: Value, _ right: Value) throws(TextError) -> Value {
    if let count = right.index, let result = try repeated(left, count) { return result }
    if let count = left.index, let result = try repeated(right, count) { return result }
    for (sequence, other) in [(left, right), (right, left)] {
      switch sequence {
      case .text, .list, .tuple:
        throw .failure(
          .type, "can't multiply sequence by non-int of type '\(other.typeName)'")
      default: break
      }
    }
    throw unsupported(.multiply, left, right)
  }

  private func repeated(_ value: Value, _ count: Int) throws(TextError) -> Value? {
    let count = max(count, 0)
    switch value {
    case .text(let text):
      try spend(scalars: product(text.count, count))
      guard !text.isEmpty else { return value }
      let parts = [[Unicode.Scalar]](repeating: text.scalars, count: count)
      return .text(Text(Array(parts.joined()), isMarkup: text.isMarkup))
    case .list(let elements): return try .list(repeated(elements.items, count))
    case .tuple(let elements): return try .tuple(repeated(elements.items, count))
    default: return nil
    }
  }

  private func repeated(_ items: [Value], _ count: Int) throws(TextError) -> [Value] {
    try spend(steps: product(items.count, count))
    guard !items.isEmpty else { return [] }
    return Array([[Value]](repeating: items, count: count).joined())
  }

  /// A product that stays at the largest number instead of overflowing.
  private func product(_ left: Int, _ right: Int) -> Int {
    let (result, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : result
  }
}
