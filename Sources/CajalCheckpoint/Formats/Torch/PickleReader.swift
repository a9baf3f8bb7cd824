// SPDX-License-Identifier: Apache-2.0

/// Reads pickles of protocol 2 to 5 that hold tensors and plain data, and calls nothing.
///
/// A pickle is a program for a stack machine that may call any function of Python. This machine
/// knows the instructions that make data, and the few names with which torch describes tensors; any
/// other name is refused where it stands, by name.
///
/// Memory: at most two elements a byte of the pickle and ``mostElements``, whatever it claims.
///
/// - Source: CPython's `Lib/pickletools.py`, which documents every instruction
struct PickleReader {
  /// Most bytes of a pickle that stands alone; a tensor takes about 100.
  static let mostBytes = 256 << 20
  /// Most elements on the stack, and most in all containers; a tensor takes about 20.
  static let mostElements = 8_000_000
  /// Most bytes of a name.
  private static let mostNameBytes = 1024

  var pickle = Pickle()
  var stack: [Pickle.Value] = []
  let file: String

  private let bytes: ByteRegion
  private(set) var position: Int
  private var marks: [Int] = []
  private var memory: [Int: Pickle.Value] = [:]
  private var elements = 0

  /// Prepares to read the pickle that begins at `position`.
  init(_ bytes: ByteRegion, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
    file = bytes.store.file
  }

  /// Runs the program to its end; ``position`` is behind it then.
  mutating func read() throws(CheckpointError) -> Pickle {
    while true {
      let instruction = try byte()
      if instruction == UInt8(ascii: ".") {
        pickle.root = try pop()
        return pickle
      }
      try run(instruction)
    }
  }

  private mutating func run(_ instruction: UInt8) throws(CheckpointError) {
    if try runPlain(instruction) { return }
    if try runText(instruction) { return }
    if try runContainer(instruction) { return }
    if try runMemory(instruction) { return }
    switch instruction {
    case UInt8(ascii: "c"): try push(name: line(), line())
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw damaged("a name that is not a text")
      }
      try push(name: module, name)
    case UInt8(ascii: "R"), 0x81: try call()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"): try pushStorage()
    case UInt8(ascii: "i"): throw refusal("\(try line()).\(try line())")
    case UInt8(ascii: "o"), 0x92: throw refusal("an object's constructor")
    default: throw damaged("the unknown instruction \(instruction)")
    }
  }
}

// MARK: - Instructions

extension PickleReader {
  private mutating func runPlain(_ instruction: UInt8) throws(CheckpointError) -> Bool {
    switch instruction {
    case 0x80:
      let version = try byte()
      guard (2...5).contains(version) else { throw damaged("protocol \(version)") }
    case 0x95: _ = try little(8)  // FRAME: a hint for readers of streams.
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try little(4)))))
    case UInt8(ascii: "K"): try push(.integer(try little(1)))
    case UInt8(ascii: "M"): try push(.integer(try little(2)))
    case 0x8a: try push(wholeNumber(width: try little(1)))
    case 0x8b: try push(wholeNumber(width: try little(4)))
    case UInt8(ascii: "G"):
      let pattern = UInt64(bitPattern: Int64(try little(8))).byteSwapped
      try push(.number(Double(bitPattern: pattern)))
    case UInt8(ascii: "0"):
      // POP removes a mark where that is what lies on top.
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"):
      let top = try pop()
      stack.append(top)
      try push(top)
    default: return false
    }
    return true
  }

  private mutating func runText(_ instruction: UInt8) throws(CheckpointError) -> Bool {
    switch instruction {
    case UInt8(ascii: "X"): try push(.text(text(try little(4))))
    case 0x8c: try push(.text(text(try little(1))))
    case 0x8d: try push(.text(text(try little(8))))
    case UInt8(ascii: "U"): try push(.text(latin(try little(1))))
    case UInt8(ascii: "T"): try push(.text(latin(try little(4))))
    case UInt8(ascii: "C"): try pushBytes(try little(1))
    case UInt8(ascii: "B"): try pushBytes(try little(4))
    case 0x8e, 0x96: try pushBytes(try little(8))
    default: return false
    }
    return true
  }

  private mutating func runContainer(_ instruction: UInt8) throws(CheckpointError) -> Bool {
    switch instruction {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"), UInt8(ascii: "]"), 0x8f: try push(sequence: [])
    case UInt8(ascii: "t"), UInt8(ascii: "l"), 0x91: try push(sequence: popToMark())
    case 0x85...0x87:
      let count = Int(instruction) - 0x84
      guard stack.count - floor >= count else { throw damaged("too few values for a tuple") }
      let values = Array(stack.suffix(count))
      stack.removeLast(count)
      try push(sequence: values)
    case UInt8(ascii: "}"): try push(members: [])
    case UInt8(ascii: "d"): try push(members: pairs(popToMark()))
    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"), 0x90: try append(popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try insert([(pop(), value)])
    case UInt8(ascii: "u"): try insert(pairs(popToMark()))
    default: return false
    }
    return true
  }

  private mutating func runMemory(_ instruction: UInt8) throws(CheckpointError) -> Bool {
    switch instruction {
    case UInt8(ascii: "q"): memory[try little(1)] = try top()
    case UInt8(ascii: "r"): memory[try little(4)] = try top()
    case 0x94: memory[memory.count] = try top()
    case UInt8(ascii: "h"): try recall(try little(1))
    case UInt8(ascii: "j"): try recall(try little(4))
    default: return false
    }
    return true
  }

  private mutating func recall(_ index: Int) throws(CheckpointError) {
    guard let value = memory[index] else { throw damaged("a reference to nothing") }
    try push(value)
  }

  private mutating func append(_ values: [Pickle.Value]) throws(CheckpointError) {
    guard case .sequence(let index) = try top() else { throw damaged("no list to append to") }
    try count(values.count)
    pickle.sequences[index] += values
  }

  private mutating func insert(
    _ members: [(key: Pickle.Value, value: Pickle.Value)]
  ) throws(CheckpointError) {
    guard case .dictionary(let index) = try top() else {
      throw damaged("no dictionary to insert into")
    }
    try count(members.count)
    pickle.dictionaries[index] += members
  }

  private func pairs(
    _ values: [Pickle.Value]
  ) throws(CheckpointError) -> [(key: Pickle.Value, value: Pickle.Value)] {
    guard values.count.isMultiple(of: 2) else { throw damaged("a key without a value") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }
}

// MARK: - Stack

extension PickleReader {
  /// The number of values that instructions may not pop because they lie below the last mark.
  private var floor: Int { marks.last ?? 0 }

  /// Puts a value on the stack.
  mutating func push(_ value: Pickle.Value) throws(CheckpointError) {
    guard stack.count < Self.mostElements else { throw damaged("too many values") }
    stack.append(value)
  }

  /// Puts a new list on the stack.
  mutating func push(sequence: [Pickle.Value]) throws(CheckpointError) {
    try count(sequence.count + 1)
    pickle.sequences.append(sequence)
    stack.append(.sequence(pickle.sequences.count - 1))
  }

  /// Puts a new dictionary on the stack.
  mutating func push(
    members: [(key: Pickle.Value, value: Pickle.Value)]
  ) throws(CheckpointError) {
    try count(members.count + 1)
    pickle.dictionaries.append(members)
    stack.append(.dictionary(pickle.dictionaries.count - 1))
  }

  /// Takes the uppermost value.
  mutating func pop() throws(CheckpointError) -> Pickle.Value {
    guard stack.count > floor, let value = stack.popLast() else { throw damaged("an empty stack") }
    return value
  }

  /// The uppermost value.
  func top() throws(CheckpointError) -> Pickle.Value {
    guard stack.count > floor, let value = stack.last else { throw damaged("an empty stack") }
    return value
  }

  private mutating func popToMark() throws(CheckpointError) -> [Pickle.Value] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw damaged("the end of a group that never began")
    }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  /// Counts elements kept, of which honest programs need less than one a byte.
  private mutating func count(_ more: Int) throws(CheckpointError) {
    elements += more
    guard elements <= min(2 * bytes.count, Self.mostElements) else {
      throw damaged("more elements than tensors need")
    }
  }
}

// MARK: - Bytes

extension PickleReader {
  private mutating func byte() throws(CheckpointError) -> UInt8 {
    guard let byte = bytes.integer(UInt8.self, at: position) else { throw damaged("no end") }
    position += 1
    return byte
  }

  private mutating func take(_ count: Int) throws(CheckpointError) -> [UInt8] {
    try region(count).bytes
  }

  private mutating func region(_ count: Int) throws(CheckpointError) -> ByteRegion {
    guard let part = bytes.part(from: position, count: count) else { throw damaged("no end") }
    position += count
    return part
  }

  /// An unsigned little-endian number of up to 8 bytes, its bits in an `Int`.
  private mutating func little(_ width: Int) throws(CheckpointError) -> Int {
    var value: UInt64 = 0
    for shift in 0..<width { value |= UInt64(try byte()) << UInt64(8 * shift) }
    return Int(truncatingIfNeeded: value)
  }

  /// A whole number in two's complement of `width` bytes; beyond 8 it is kept as opaque.
  private mutating func wholeNumber(width: Int) throws(CheckpointError) -> Pickle.Value {
    let region = try region(width)
    guard width <= 8 else { return .opaque }
    let digits = region.bytes
    guard let last = digits.last else { return .integer(0) }
    var value: Int = last >= 0x80 ? -1 : 0
    for digit in digits.reversed() { value = value << 8 | Int(digit) }
    return .integer(value)
  }

  private mutating func text(_ count: Int) throws(CheckpointError) -> String {
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw damaged("a text that is not UTF-8")
    }
    return text
  }

  /// A text of Python 2, whose bytes are the first 256 characters.
  private mutating func latin(_ count: Int) throws(CheckpointError) -> String {
    var text = ""
    for byte in try take(count) { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }

  private mutating func pushBytes(_ count: Int) throws(CheckpointError) {
    _ = try region(count)
    try push(.opaque)
  }

  private mutating func line() throws(CheckpointError) -> String {
    var length = 0
    while bytes.integer(UInt8.self, at: position + length) != 0x0a {
      length += 1
      guard length <= Self.mostNameBytes else { throw damaged("a name without end") }
    }
    let line = try text(length)
    position += 1
    return line
  }
}

// MARK: - Refusals

extension PickleReader {
  /// The error for a pickle that is broken.
  func damaged(_ what: String) -> CheckpointError {
    CheckpointError(
      .malformed,
      "has a pickle with \(what) at byte \(position); it is damaged, download it again", file: file)
  }

  /// The error for a pickle that mentions what only programs need.
  func refusal(_ name: String) -> CheckpointError {
    CheckpointError(
      .unsupported,
      "asks for \(name.quoted) while being read; only tensors are read and nothing is called: save "
        + "its state dictionary alone, best as safetensors", file: file)
  }
}
