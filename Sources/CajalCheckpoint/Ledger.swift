// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Named values of which every one is taken once or excused with a reason.
///
/// Whoever decodes a configuration or a set of weights takes what it understands, excuses what may
/// be left, and calls ``close()``, which refuses when anything is left over. Nothing is silently
/// ignored.
///
/// ```swift
/// var keys = try checkpoint.configurationLedger()
/// let width = try keys.positive("hidden_size")
/// try keys.expect("hidden_act", equals: "silu", "swish")
/// keys.excuse("use_cache", because: "how to generate is the caller's choice")
/// try keys.close()
/// ```
public struct Ledger<Value: Sendable>: Sendable {
  /// What was excused, and why, in the order it happened; names as they stand in the file. What a
  /// closed ledger below excused follows, with its key before the name.
  public var excused: [(name: String, reason: String)] { own + children.excused }
  /// What the values belong to, such as `config.json`; begins every message.
  public let subject: String
  /// The file for errors, where there is one.
  public let file: String?

  private var remaining: [String: Value]
  private var taken: Set<String> = []
  private var originals: [String: String] = [:]
  private var own: [(name: String, reason: String)] = []
  private let children = LedgersBelow()
  private var parent: (ledgers: LedgersBelow, key: String)?

  /// Opens a ledger over named values.
  ///
  /// - Parameters:
  ///   - subject: What the values belong to, such as `config.json` or `weights`.
  ///   - file: The file named in errors.
  public init(_ values: [String: Value], subject: String, file: String? = nil) {
    remaining = values
    self.subject = subject
    self.file = file
  }

  /// The names neither taken nor excused yet, in byte order.
  public var names: [String] { remaining.keys.sorted { $0.precedesInBytes($1) } }

  /// Whether a value of this name is there, neither taken nor excused.
  public func has(_ name: String) -> Bool { remaining[name] != nil }

  /// The value without taking it, or nil.
  public func peek(_ name: String) -> Value? { remaining[name] }

  /// Takes a value that must be there.
  ///
  /// - Throws: `missing`, with the likeliest names that are there.
  public mutating func take(_ name: String) throws(CheckpointError) -> Value {
    guard let value = takeIfPresent(name) else { throw missing(name) }
    return value
  }

  /// Takes a value, or nil where there is none.
  public mutating func takeIfPresent(_ name: String) -> Value? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    taken.insert(name)
    return value
  }

  /// Lets a value go unread; does nothing where there is none of this name.
  public mutating func excuse(_ name: String, because reason: String) {
    guard remaining.removeValue(forKey: name) != nil else { return }
    own.append((originals[name] ?? name, reason))
  }

  /// Lets every remaining value go unread whose name fulfils the condition.
  public mutating func excuse(where condition: (String) -> Bool, because reason: String) {
    for name in names where condition(name) { excuse(name, because: reason) }
  }

  /// Renames every `prefix + name` to `name`.
  ///
  /// A name whose short form is there already keeps its prefix and so refuses at ``close()``.
  ///
  /// - Returns: Whether any name had the prefix.
  @discardableResult
  public mutating func strippingPrefix(_ prefix: String) -> Bool {
    let prefixed = remaining.keys.filter {
      $0.hasPrefix(prefix) && $0.utf8.count > prefix.utf8.count
    }
    for long in prefixed {
      let short = String(long.dropFirst(prefix.count))
      guard remaining[short] == nil, let value = remaining.removeValue(forKey: long) else {
        continue
      }
      remaining[short] = value
      originals[short] = originals.removeValue(forKey: long) ?? long
    }
    return !prefixed.isEmpty
  }

  /// Refuses when a value was neither taken nor excused.
  ///
  /// - Throws: `unexpected`, with the first eight names and the count.
  public func close() throws(CheckpointError) {
    if let open = children.first {
      throw CheckpointError(
        .unexpected, "\(subject): \(open.quoted) was opened and not read to its end", file: file)
    }
    guard !remaining.isEmpty else {
      parent?.ledgers.close(subject, excused.map { ("\(parent?.key ?? "").\($0.name)", $0.reason) })
      return
    }
    let left = names.map { originals[$0] ?? $0 }
    let shown = left.prefix(8).map(\.quoted).joined(separator: ", ")
    let more = left.count > 8 ? " and \(left.count - 8) more" : ""
    throw CheckpointError(
      .unexpected,
      "\(subject): \(left.count) \(Self.noun(left.count)) not understood: \(shown)\(more); what is "
        + "not understood could change the result, so the load is refused", file: file)
  }

  /// A ledger over values below this one, which must be closed before this one can be.
  func child(_ values: [String: Value], name: String) -> Ledger {
    var ledger = Ledger(values, subject: "\(subject): \(name)", file: file)
    ledger.parent = (children, name)
    children.open(ledger.subject)
    return ledger
  }

  private func missing(_ name: String) -> CheckpointError {
    let noun = Self.noun(1)
    if taken.contains(name) {
      return CheckpointError(
        .unexpected, "\(subject): \(noun) \(name.quoted) is asked for twice", file: file)
    }
    let last = name.split(separator: ".").suffix(2).joined(separator: ".")
    let alike = names.filter { $0.hasSuffix(last) }.prefix(3).map { (originals[$0] ?? $0).quoted }
    let hint =
      alike.isEmpty
      ? "check that the file belongs to this architecture"
      : "the nearest there: \(alike.joined(separator: ", "))"
    return CheckpointError(
      .missing, "\(subject): \(noun) \(name.quoted) is missing; \(hint)", file: file)
  }

  private static func noun(_ count: Int) -> String {
    let noun = Value.self == ConfigurationValue.self ? "key" : "tensor"
    return count == 1 ? noun : noun + "s"
  }
}

/// The ledgers opened below another one, and what those that were closed have excused; shared by all
/// copies of the one above.
private final class LedgersBelow: Sendable {
  private let state = Mutex<(open: Set<String>, excused: [(name: String, reason: String)])>(
    ([], []))

  var first: String? { state.withLock { $0.open.min { $0.precedesInBytes($1) } } }
  var excused: [(name: String, reason: String)] { state.withLock { $0.excused } }

  func open(_ subject: String) {
    state.withLock { _ = $0.open.insert(subject) }
  }

  func close(_ subject: String, _ excused: [(name: String, reason: String)]) {
    state.withLock {
      if $0.open.remove(subject) != nil { $0.excused += excused }
    }
  }
}
