// SPDX-License-Identifier: Apache-2.0

/// A position in something that can be iterated.
enum Iteration {
  case items([Value], next: Int)
  case scalars(Text, next: Int)
  case numbers(NumberRange, next: Int)
  case generator(Generator)
  case turns(LoopState)

  mutating func next(in rendering: Rendering) throws(TextError) -> Value? {
    try rendering.spend(steps: 1)
    switch self {
    case .items(let items, let place):
      guard place < items.count else { return nil }
      self = .items(items, next: place + 1)
      return items[place]
    case .scalars(let text, let place):
      guard place < text.count else { return nil }
      self = .scalars(text, next: place + 1)
      return .text([text.scalars[place]])
    case .numbers(let range, let place):
      guard place < range.length else { return nil }
      self = .numbers(range, next: place + 1)
      return .integer(range[place])
    case .generator(let generator):
      return try generator.next(in: rendering)
    case .turns(let loop):
      guard let value = try loop.advance(in: rendering) else { return nil }
      return try .tuple([value, .object(loop)])
    }
  }

  /// All that is left.
  mutating func rest(in rendering: Rendering) throws(TextError) -> [Value] {
    if case .items(let items, 0) = self {
      try rendering.spend(steps: items.count)
      self = .items([], next: 0)
      return items
    }
    var values: [Value] = []
    while let value = try next(in: rendering) { values.append(value) }
    return values
  }
}

/// A sequence that is made while it is read, and can be read once.
final class Generator: Object {
  private let name: String
  private let sourceDepth: Int
  private var step: ((Rendering) throws(TextError) -> Value?)?

  /// `sources` are the values that the step reads, for the limit of nesting.
  init(
    _ name: String = "generator", over sources: [Value],
    _ step: @escaping (Rendering) throws(TextError) -> Value?
  ) throws(TextError) {
    self.name = name
    sourceDepth = try Nesting.around(sources).depth
    self.step = step
  }

  func next(in rendering: Rendering) throws(TextError) -> Value? {
    guard let step else { return nil }
    try rendering.enter()
    defer { rendering.leave() }
    guard let value = try step(rendering) else {
      self.step = nil
      return nil
    }
    return value
  }

  override var typeName: String { name }
  override var depth: Int { sourceDepth }
  override func iteration() -> Iteration? { .generator(self) }
}

/// The numbers of `range`.
final class NumberRange: Object {
  let start: Int
  let stop: Int
  let step: Int
  let length: Int

  init(start: Int, stop: Int, step: Int) throws(TextError) {
    self.start = start
    self.stop = stop
    self.step = step
    length = try Self.length(start, stop, step)
  }

  private static func length(_ start: Int, _ stop: Int, _ step: Int) throws(TextError) -> Int {
    guard step != 0 else { throw .failure(.value, "range() arg 3 must not be zero") }
    guard step > 0 ? start < stop : start > stop else { return 0 }
    let (distance, overflow) = stop.subtractingReportingOverflow(start)
    let count = overflow ? UInt.max : (distance.magnitude - 1) / step.magnitude + 1
    guard count <= TemplateLimits.rangeCount else {
      throw .failure(
        .overflow,
        "Range too big. The sandbox blocks ranges larger than MAX_RANGE"
          + " (\(TemplateLimits.rangeCount)).")
    }
    return Int(count)
  }

  subscript(place: Int) -> Int { start + place * step }

  /// The numbers between two places.
  func part(_ bounds: (first: Int, end: Int), by step: Int) throws(TextError) -> NumberRange {
    try NumberRange(start: self[bounds.first], stop: self[bounds.end], step: self.step * step)
  }

  func contains(_ number: Int) -> Bool {
    guard length > 0 else { return false }
    let (distance, overflow) = number.subtractingReportingOverflow(start)
    guard !overflow, distance % step == 0 else { return false }
    return (0..<length).contains(distance / step)
  }

  override var typeName: String { "range" }
  override var isTrue: Bool { length > 0 }
  override var count: Int? { length }
  override var isSequence: Bool { true }
  override func iteration() -> Iteration? { .numbers(self, next: 0) }

  override func element(_ key: Value) -> Value? {
    guard var place = key.index else { return nil }
    if place < 0 { place += length }
    return (0..<length).contains(place) ? .integer(self[place]) : nil
  }

  override func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? {
    switch name.string {
    case "start": return .integer(start)
    case "stop": return .integer(stop)
    case "step": return .integer(step)
    case "index", "count": return .object(Method(.object(self), name.string))
    default: return nil
    }
  }

  override func equals(_ other: Object) -> Bool {
    guard let other = other as? NumberRange, length == other.length else { return false }
    return length == 0 || (start == other.start && (length == 1 || step == other.step))
  }

  override var hash: Int { length }

  override func write(to printer: inout Printer) throws(TextError) {
    let last = step == 1 ? "" : ", \(step)"
    try printer.write("range(\(start), \(stop)\(last))")
  }
}

/// The keys, values or pairs of a mapping: `keys()`, `values()`, `items()`.
final class MappingView: Object {
  enum Part: String {
    case keys, values, items
  }

  let part: Part
  let items: [Value]
  private let mapping: Mapping

  init(_ part: Part, of mapping: Mapping) throws(TextError) {
    self.part = part
    self.mapping = mapping
    switch part {
    case .keys: items = mapping.keys
    case .values: items = mapping.values
    case .items:
      var pairs: [Value] = []
      for member in mapping.members { pairs.append(try .tuple([member.key, member.value])) }
      items = pairs
    }
  }

  override var typeName: String { "dict_\(part.rawValue)" }
  override var depth: Int { mapping.depth + 1 }
  override var weight: Int { mapping.weight }
  override var isTrue: Bool { !items.isEmpty }
  override var count: Int? { items.count }
  override var isHashable: Bool { part == .values }
  override func iteration() -> Iteration? { .items(items, next: 0) }

  override func equals(_ other: Object) -> Bool {
    guard part != .values, let other = other as? MappingView, other.part == part,
      items.count == other.items.count
    else { return self === other }
    return Comparison.areEqual(.mapping(mapping), .mapping(other.mapping))
      || (part == .keys
        && items.allSatisfy { key in
          other.items.contains { Comparison.areEqual($0, key) }
        })
  }

  override func write(to printer: inout Printer) throws(TextError) {
    try printer.write("\(typeName)([")
    try printer.writeList(items)
    try printer.write("])")
  }
}
