// SPDX-License-Identifier: Apache-2.0

/// The members of one JSON object, of which every one must be taken or excused.
///
/// What is left over at the end is a setting that nobody implements, and refuses the file by name.
struct JSONFields {
  /// Where the object stands in its file: `model.vocab`; empty for the file itself.
  let path: String
  private var left: [String: JSONValue]

  init(_ value: JSONValue, _ path: String) throws(TextError) {
    self.path = path
    left = [:]
    for member in try value.members(path.isEmpty ? "the file" : path) {
      left[member.key] = member.value
    }
  }

  /// The path of a member.
  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// A member that must be there.
  mutating func take(_ key: String) throws(TextError) -> JSONValue {
    guard let value = left.removeValue(forKey: key) else {
      throw TextError(.malformed, "“\(path(of: key))” is missing")
    }
    return value
  }

  /// A member that may be missing or null.
  mutating func takeIfPresent(_ key: String) -> JSONValue? {
    guard let value = left.removeValue(forKey: key), !value.isNull else { return nil }
    return value
  }

  mutating func takeString(_ key: String) throws(TextError) -> String {
    try take(key).string(path(of: key))
  }

  mutating func takeCount(_ key: String) throws(TextError) -> Int {
    try take(key).count(path(of: key))
  }

  /// A switch, off where it is missing.
  mutating func takeBool(_ key: String) throws(TextError) -> Bool {
    try takeIfPresent(key)?.bool(path(of: key)) ?? false
  }

  /// A setting of which only the neutral value is implemented: missing, null, or one of these.
  mutating func expectNeutral(
    _ key: String, where isNeutral: (JSONValue) -> Bool = { _ in false }
  ) throws(TextError) {
    guard let value = takeIfPresent(key), !isNeutral(value) else { return }
    throw TextError(.unsupported, "“\(path(of: key))” is set, which is not implemented")
  }

  /// A member that changes nothing here; the reason is for who reads the code.
  mutating func excuse(_ key: String, because reason: StaticString) {
    left[key] = nil
  }

  /// Refuses what nobody took.
  consuming func close() throws(TextError) {
    guard let key = left.keys.min() else { return }
    throw TextError(
      .unsupported, "“\(VisibleText.excerpt(path(of: key)))” is not implemented")
  }
}
