// SPDX-License-Identifier: Apache-2.0

/// The variable `loop`: where a loop stands.
final class LoopState: Object {
  private let source: Value
  private var turns: Iteration
  private let level: Int
  private let recursion: ((Value, Int) throws(TextError) -> Value)?
  private var place = -1
  private var current: Value?
  private var previous: Value?
  /// The next value, where somebody asked for it before its turn.
  private var ahead: Value?
  private var knownLength: Int?
  private var lastChanged: [Value]?

  init(
    _ source: Value, _ iteration: Iteration, depth: Int,
    recursion: ((Value, Int) throws(TextError) -> Value)?
  ) {
    self.source = source
    turns = iteration
    level = depth
    self.recursion = recursion
  }

  /// The value of the next turn; nil at the end.
  func advance(in rendering: Rendering) throws(TextError) -> Value? {
    guard let value = try peek(in: rendering) else { return nil }
    ahead = nil
    place += 1
    previous = current
    current = value
    return value
  }

  /// The loop is over; what it remembers could hold the loop itself.
  func close() { lastChanged = nil }

  private func peek(in rendering: Rendering) throws(TextError) -> Value? {
    if ahead == nil { ahead = try turns.next(in: rendering) }
    return ahead
  }

  /// The number of values; those of a generator are read ahead for it.
  func length(in rendering: Rendering) throws(TextError) -> Int {
    if let knownLength { return knownLength }
    let length: Int
    if case .object(let generator as Generator) = source {
      let rest = try Iteration.generator(generator).collected(in: rendering)
      turns = .items(rest, next: 0)
      length = rest.count + place + 1 + (ahead == nil ? 0 : 1)
    } else {
      length = try rendering.length(of: source)
    }
    knownLength = length
    return length
  }

  override var typeName: String { "LoopContext" }
  override var qualifiedName: String { "jinja2.runtime.LoopContext" }
  override var depth: Int { source.depth + 1 }
  override var isCallable: Bool { true }
  /// Reads the turns that are left, as the loop itself does.
  override func iteration() -> Iteration? { .turns(self) }

  override func attribute(_ name: Text, in rendering: Rendering) throws(TextError) -> Value? {
    switch name.string {
    case "index": return .integer(place + 1)
    case "index0": return .integer(place)
    case "revindex": return .integer(try length(in: rendering) - place)
    case "revindex0": return .integer(try length(in: rendering) - place - 1)
    case "first": return .boolean(place == 0)
    case "last": return .boolean(try peek(in: rendering) == nil)
    case "length": return .integer(try length(in: rendering))
    case "depth": return .integer(level + 1)
    case "depth0": return .integer(level)
    case "previtem":
      return place == 0 ? .hint("there is no previous item") : previous ?? .none
    case "nextitem": return try peek(in: rendering) ?? .hint("there is no next item")
    case "cycle", "changed": return .object(Method(.object(self), name.string))
    default: return nil
    }
  }

  func cycle(_ arguments: Arguments) throws(TextError) -> Value {
    guard !arguments.positional.isEmpty else {
      throw .failure(.type, "no items for cycling given")
    }
    return arguments.positional[place % arguments.positional.count]
  }

  func changed(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    let values = try Value.tuple(arguments.positional)
    if let lastChanged, try rendering.areEqual(.tuple(lastChanged), values) {
      return .boolean(false)
    }
    lastChanged = arguments.positional
    return .boolean(true)
  }

  override func call(_ arguments: Arguments, in rendering: Rendering) throws(TextError) -> Value {
    let values = try arguments.bound(
      to: ["iterable"], required: 1, function: "LoopContext.__call__")
    guard let recursion else {
      throw .failure(.type, "The loop must have the 'recursive' marker to be enabled.")
    }
    return try recursion(values[0] ?? .none, level + 1)
  }

  override func write(to printer: inout Printer) throws(TextError) {
    let length = try printer.rendering.map { rendering throws(TextError) in
      try self.length(in: rendering)
    }
    try printer.write("<LoopContext \(place + 1)/\(length.map(String.init) ?? "?")>")
  }
}

extension Iteration {
  /// All that is left of an iteration of which this is the only one.
  func collected(in rendering: Rendering) throws(TextError) -> [Value] {
    var iteration = self
    return try iteration.rest(in: rendering)
  }
}
