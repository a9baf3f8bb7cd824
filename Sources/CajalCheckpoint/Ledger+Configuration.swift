// SPDX-License-Identifier: Apache-2.0

/// Reading configurations by type. A key whose value is `null` counts as absent.
///
/// Every reader takes its key, refuses a value of another kind with the value it found, and comes
/// in three forms: the key must be there, it has a default, it may be absent.
extension Ledger where Value == ConfigurationValue {
  // MARK: Whole numbers

  /// A whole number; written `3` or `3.0`.
  public mutating func int(_ key: String) throws(CheckpointError) -> Int {
    try required(key, intIfPresent(key))
  }

  /// A whole number, or `fallback` where the key is absent.
  public mutating func int(_ key: String, default fallback: Int) throws(CheckpointError) -> Int {
    try intIfPresent(key) ?? fallback
  }

  /// A whole number, or nil where the key is absent.
  public mutating func intIfPresent(_ key: String) throws(CheckpointError) -> Int? {
    try read(key, as: "a whole number") { $0.wholeNumber }
  }

  /// A whole number within limits.
  public mutating func int(
    _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws(CheckpointError) -> Int {
    try required(key, intIfPresent(key, in: range) ?? fallback)
  }

  /// A whole number within limits, or nil where the key is absent.
  public mutating func intIfPresent(
    _ key: String, in range: ClosedRange<Int>
  ) throws(CheckpointError) -> Int? {
    guard let value = try intIfPresent(key) else { return nil }
    guard range.contains(value) else {
      throw wrong(key, "is \(value), outside \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A count of at least one and at most 2³¹ - 1.
  public mutating func positive(
    _ key: String, default fallback: Int? = nil
  ) throws(CheckpointError) -> Int {
    try int(key, in: 1...Int(Int32.max), default: fallback)
  }

  /// A count of at least one, or nil where the key is absent.
  public mutating func positiveIfPresent(_ key: String) throws(CheckpointError) -> Int? {
    try intIfPresent(key, in: 1...Int(Int32.max))
  }

  // MARK: Numbers

  /// A finite number.
  public mutating func number(_ key: String) throws(CheckpointError) -> Double {
    try required(key, numberIfPresent(key))
  }

  /// A finite number, or `fallback` where the key is absent.
  public mutating func number(
    _ key: String, default fallback: Double
  ) throws(CheckpointError) -> Double {
    try numberIfPresent(key) ?? fallback
  }

  /// A finite number, or nil where the key is absent.
  public mutating func numberIfPresent(_ key: String) throws(CheckpointError) -> Double? {
    try read(key, as: "a finite number") { $0.finiteNumber }
  }

  /// A finite number above zero.
  public mutating func positiveNumber(
    _ key: String, default fallback: Double? = nil
  ) throws(CheckpointError) -> Double {
    let value = try required(key, numberIfPresent(key) ?? fallback)
    guard value > 0 else { throw wrong(key, "is \(value) and must be above 0") }
    return value
  }

  // MARK: Truth, texts, lists

  /// True or false.
  public mutating func bool(_ key: String) throws(CheckpointError) -> Bool {
    try required(key, boolIfPresent(key))
  }

  /// True or false, or `fallback` where the key is absent.
  public mutating func bool(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
    try boolIfPresent(key) ?? fallback
  }

  /// True or false, or nil where the key is absent.
  public mutating func boolIfPresent(_ key: String) throws(CheckpointError) -> Bool? {
    try read(key, as: "true or false") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// A text.
  public mutating func string(_ key: String) throws(CheckpointError) -> String {
    try required(key, stringIfPresent(key))
  }

  /// A text, or `fallback` where the key is absent.
  public mutating func string(
    _ key: String, default fallback: String
  ) throws(CheckpointError) -> String {
    try stringIfPresent(key) ?? fallback
  }

  /// A text, or nil where the key is absent.
  public mutating func stringIfPresent(_ key: String) throws(CheckpointError) -> String? {
    try read(key, as: "a text") { $0.text }
  }

  /// A list of whole numbers.
  public mutating func ints(_ key: String) throws(CheckpointError) -> [Int] {
    try required(key, intsIfPresent(key))
  }

  /// A list of whole numbers, or nil where the key is absent.
  public mutating func intsIfPresent(_ key: String) throws(CheckpointError) -> [Int]? {
    try read(key, as: "a list of whole numbers") { $0.elements { $0.wholeNumber } }
  }

  /// A list of finite numbers.
  public mutating func numbers(_ key: String) throws(CheckpointError) -> [Double] {
    try required(key, numbersIfPresent(key))
  }

  /// A list of finite numbers, or nil where the key is absent.
  public mutating func numbersIfPresent(_ key: String) throws(CheckpointError) -> [Double]? {
    try read(key, as: "a list of finite numbers") { $0.elements { $0.finiteNumber } }
  }

  /// A list of texts.
  public mutating func strings(_ key: String) throws(CheckpointError) -> [String] {
    try required(key, stringsIfPresent(key))
  }

  /// A list of texts, or nil where the key is absent.
  public mutating func stringsIfPresent(_ key: String) throws(CheckpointError) -> [String]? {
    try read(key, as: "a list of texts") { $0.elements { $0.text } }
  }

  // MARK: Expectations and objects

  /// Refuses unless the key is absent or has one of the supported values.
  ///
  /// - Throws: `unsupported`, with the value found and the values supported.
  public mutating func expect(
    _ key: String, equals supported: ConfigurationValue...
  ) throws(CheckpointError) {
    guard let found = takeIfPresent(key), found != .null else { return }
    guard supported.contains(where: { $0.matches(found) }) else {
      throw unsupported(key, found: found, supported: supported)
    }
  }

  /// A text that must be one of the supported ones, or `fallback` where the key is absent.
  ///
  /// - Throws: `unsupported`, with the value found and the values supported.
  public mutating func string(
    _ key: String, in supported: [String], default fallback: String? = nil
  ) throws(CheckpointError) -> String {
    let value = try required(key, stringIfPresent(key) ?? fallback)
    guard supported.contains(value) else {
      throw unsupported(key, found: .string(value), supported: supported.map { .string($0) })
    }
    return value
  }

  /// The ledger of an object below this key, or nil where the key is absent.
  ///
  /// Close it before this ledger: ``close()`` refuses while a nested ledger is open.
  public mutating func nestedIfPresent(_ key: String) throws(CheckpointError) -> Ledger? {
    let members = try read(key, as: "an object") { value -> [String: ConfigurationValue]? in
      if case .object(let members) = value { members } else { nil }
    }
    return members.map { child($0, name: key) }
  }

  /// The ledger of an object below this key; see ``nestedIfPresent(_:)``.
  public mutating func nested(_ key: String) throws(CheckpointError) -> Ledger {
    try required(key, nestedIfPresent(key))
  }
}

// MARK: - Refusals

extension Ledger where Value == ConfigurationValue {
  /// The error for a value of this key that is not implemented.
  public func unsupported(
    _ key: String, found: ConfigurationValue, supported: [ConfigurationValue]
  ) -> CheckpointError {
    let values = supported.map(\.description).joined(separator: ", ")
    return CheckpointError(
      .unsupported,
      "\(subject): \(key.quoted) is \(found.description.printable(limit: 80)), which is not "
        + "implemented; supported: \(values)", file: file)
  }

  private mutating func read<Result>(
    _ key: String, as kind: String, _ convert: (ConfigurationValue) -> Result?
  ) throws(CheckpointError) -> Result? {
    guard let value = takeIfPresent(key), value != .null else { return nil }
    guard let result = convert(value) else {
      throw wrong(key, "is \(value.description.printable(limit: 80)) and must be \(kind)")
    }
    return result
  }

  private func required<Result>(
    _ key: String, _ value: Result?
  ) throws(CheckpointError) -> Result {
    guard let value else {
      throw CheckpointError(
        .missing,
        "\(subject): key \(key.quoted) is missing; take the configuration the model came with",
        file: file)
    }
    return value
  }

  private func wrong(_ key: String, _ what: String) -> CheckpointError {
    CheckpointError(
      .mismatch, "\(subject): \(key.quoted) \(what); correct the configuration", file: file)
  }
}

extension ConfigurationValue {
  fileprivate var wholeNumber: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  fileprivate var finiteNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value) where value.isFinite: value
    default: nil
    }
  }

  fileprivate var text: String? {
    if case .string(let value) = self { value } else { nil }
  }

  fileprivate func elements<Element>(_ convert: (ConfigurationValue) -> Element?) -> [Element]? {
    guard case .array(let values) = self else { return nil }
    let elements = values.compactMap(convert)
    return elements.count == values.count ? elements : nil
  }
}
