// SPDX-License-Identifier: Apache-2.0

/// One of the four normal forms of Unicode 9.0.
///
/// - Source: Unicode Standard Annex 15 <https://www.unicode.org/reports/tr15/>.
/// - Reference: <https://github.com/n1t0/unicode-normalization>, for the version and for what a new
///   character stands for.
enum NormalForm: Sendable, CaseIterable {
  case nfc, nfd, nfkc, nfkd

  var isComposed: Bool { self == .nfc || self == .nfkc }
  var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// How many times as long UTF-8 can become: U+0390 and U+FDFA are the worst.
  var growth: Int { isCompatible ? 11 : 3 }

  /// Whether a scalar may change, or may change one before it: such are never where text is cut.
  @inline(__always)
  func mayChange(_ scalar: UInt32, _ table: UnicodeTable<UInt8>) -> Bool {
    table[scalar] & mask != 0
  }

  private var mask: UInt8 {
    switch self {
    case .nfd: 1
    case .nfc: 2
    case .nfkd: 4
    case .nfkc: 8
    }
  }

  /// For every scalar the forms that it may change under.
  static let changes: UnicodeTable<UInt8> = {
    let data = Decompositions.shared
    var table = UnicodeTable<UInt8>(0)
    for scalar in UInt32(0x80)..<0x11_0000 {
      var forms: UInt8 = data.combiningClass(of: scalar) == 0 ? 0 : 15
      for form in NormalForm.allCases {
        var parts: [UInt32] = []
        data.decompose(scalar, isCompatible: form.isCompatible) { parts.append($0) }
        guard parts != [scalar] else { continue }
        if form.isComposed {
          let whole = parts.dropFirst().reduce(parts.first) { whole, part in
            whole.flatMap { data.compose($0, part) }
          }
          if whole == scalar { continue }
        }
        forms |= form.mask
      }
      if forms != 0 { table[scalar] = forms }
    }
    for second in data.seconds + Array(Hangul.vowels) + Array(Hangul.trailing) {
      table[second] |= NormalForm.nfc.mask | NormalForm.nfkc.mask
    }
    return table
  }()
}

// MARK: - Application
extension NormalForm: NormalizationStep {
  /// Rewrites the stretches that may change, each from a scalar that stays to the next one.
  ///
  /// - Cost: linear in the text.
  func apply(to text: inout AlignedText) {
    text.rewrite { text in
      let old = text.old
      old.withUnsafeBufferPointer { bytes in
        let changes = Self.changes
        var stretch = NormalizingStretch(form: self)
        var position = bytes.endOfASCII(from: 0)
        while position < bytes.count {
          let (scalar, length) = bytes.scalar(at: position)
          guard mayChange(scalar, changes) else {
            position = bytes.endOfASCII(from: position + length)
            continue
          }
          let start =
            isComposed && position > text.position ? bytes.start(before: position) : position
          text.keep(start - text.position)
          position = start
          repeat {
            let (scalar, length) = bytes.scalar(at: position)
            stretch.append(scalar, bytes, &text)
            position += length
          } while position < bytes.count
            && mayChange(bytes.scalar(at: position).scalar, changes)
          stretch.finish(bytes, &text)
          position = bytes.endOfASCII(from: position)
        }
      }
    }
  }
}

/// A stretch of text while it is brought into a normal form, scalar by scalar.
///
/// Every scalar carries a change, as the reference has it: 0 stands in the place of an old scalar, 1
/// is inserted, −n takes the place of n + 1 old ones. A scalar falls into one with the change 0 and
/// others with 1; two that become one have the sum less 1. Marks that change places keep theirs.
private struct NormalizingStretch {
  private typealias Element = (scalar: UInt32, change: Int)

  let form: NormalForm
  private let data = Decompositions.shared
  /// Marks whose order is not certain yet: class, change and scalar.
  private var marks: [UInt32] = []
  /// The scalar that the following may join, with what could not join it.
  private var base: Element?
  private var rest: [Element] = []
  private var lastClass: UInt8 = 0

  init(form: NormalForm) { self.form = form }

  mutating func append(
    _ scalar: UInt32, _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    var change: UInt32 = 0
    data.decompose(scalar, isCompatible: form.isCompatible) { part in
      let combiningClass = data.combiningClass(of: part)
      if combiningClass == 0 {
        releaseMarks(old, &text)
        join(part, 0, Int(change), old, &text)
      } else {
        marks.append(UInt32(combiningClass) << 24 | change << 21 | part)
      }
      change = 1
    }
  }

  mutating func finish(_ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting) {
    releaseMarks(old, &text)
    if let base { write(base, old, &text) }
    base = nil
    releaseRest(old, &text)
  }

  private mutating func releaseMarks(
    _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    if marks.isEmpty { return }
    if marks.count > 1 { CanonicalOrder.sort(&marks) }
    for index in marks.indices {
      let mark = marks[index]
      join(mark & 0x1F_FFFF, UInt8(mark >> 24), Int(mark >> 21 & 1), old, &text)
    }
    marks.removeAll(keepingCapacity: true)
  }

  /// Takes a scalar in canonical order.
  private mutating func join(
    _ scalar: UInt32, _ combiningClass: UInt8, _ change: Int,
    _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    guard form.isComposed else { return write((scalar, change), old, &text) }
    guard let first = base else {
      if combiningClass != 0 { return write((scalar, change), old, &text) }
      base = (scalar, change)
      return
    }
    let isBlocked = !rest.isEmpty && lastClass >= combiningClass
    if !isBlocked, let whole = data.compose(first.scalar, scalar) {
      base = (whole, first.change + change - 1)
    } else if combiningClass == 0 {
      write(first, old, &text)
      releaseRest(old, &text)
      base = (scalar, change)
    } else {
      rest.append((scalar, change))
      lastClass = combiningClass
    }
  }

  private mutating func releaseRest(
    _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    for index in rest.indices { write(rest[index], old, &text) }
    rest.removeAll(keepingCapacity: true)
  }

  private func write(
    _ element: Element, _ old: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting
  ) {
    let replaced = text.bytes(replacedBy: element.change, old)
    if element.change == 0, old.scalar(at: text.position).scalar == element.scalar {
      text.keep(replaced)
    } else if let scalar = Unicode.Scalar(element.scalar) {
      text.put(scalar, replacing: replaced)
    }
  }
}

extension Rewriting {
  /// How many old bytes a change of the reference's takes the place of: 1 or more inserts, 0 replaces
  /// one scalar, −n replaces n + 1; never beyond the end of the text.
  @inline(__always)
  func bytes(replacedBy change: Int, _ old: UnsafeBufferPointer<UInt8>) -> Int {
    guard change <= 0 else { return 0 }
    var end = position
    for _ in 0...(-change) where end < old.count { end += lengthOfScalar(beginningWith: old[end]) }
    return end - position
  }
}
