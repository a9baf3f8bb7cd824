// SPDX-License-Identifier: Apache-2.0

/// `BertNormalizer`: control characters away, white space to spaces, spaces around Chinese characters,
/// accents away, lower case; each can be switched off.
///
/// - Reference: `normalizers/bert.rs` of <https://github.com/huggingface/tokenizers>.
struct BertNormalizer: NormalizationStep {
  private let cleansText: Bool
  private let separatesChinese: Bool
  private let stripsAccents: Bool
  private let lowersCase: Bool
  private let map: ASCIIMap

  /// - Parameter stripsAccents: Nothing to do as `lowersCase` does.
  init(cleansText: Bool, separatesChinese: Bool, stripsAccents: Bool?, lowersCase: Bool) {
    self.cleansText = cleansText
    self.separatesChinese = separatesChinese
    self.stripsAccents = stripsAccents ?? lowersCase
    self.lowersCase = lowersCase
    map = ASCIIMap { byte in
      if cleansText {
        if ScalarClasses.shared.isCleaned(UInt32(byte)) { return nil }
        if ScalarClasses.isWhiteSpace(UInt32(byte)) { return 0x20 }
      }
      return lowersCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
  }

  /// A mark that stays and may change its place: the steps have to run one after the other.
  private struct OrderMatters: Error {}

  func apply(to text: inout AlignedText) {
    do {
      try text.rewrite { text throws(OrderMatters) in try rewriteAtOnce(&text) }
    } catch {
      applyOneByOne(&text)
    }
  }
}

// MARK: - All steps at once
extension BertNormalizer {
  private func rewriteAtOnce(_ text: inout Rewriting) throws(OrderMatters) {
    var scalars = ScalarWriter()
    let old = text.old
    try old.withUnsafeBufferPointer { bytes throws(OrderMatters) in
      while text.position < bytes.count {
        text.map(map.run(in: bytes, from: text.position), through: map)
        guard text.position < bytes.count else { return }
        let (scalar, length) = bytes.scalar(at: text.position)
        if try write(scalar, to: &scalars) {
          text.keep(length)
        } else if scalars.isEmpty {
          text.drop(length)
        } else {
          text.put(scalars, replacing: length)
        }
      }
    }
  }

  /// Writes what becomes of a scalar.
  ///
  /// - Returns: Whether it stays; then nothing is written.
  private func write(
    _ scalar: UInt32, to scalars: inout ScalarWriter
  ) throws(OrderMatters) -> Bool {
    scalars.removeAll()
    if cleansText {
      if ScalarClasses.shared.isCleaned(scalar) { return false }
      if ScalarClasses.isWhiteSpace(scalar) {
        scalars.append(0x20)
        return false
      }
    }
    let isSeparated = separatesChinese && ScalarClasses.isChinese(scalar)
    if isSeparated { scalars.append(0x20) }
    var isSame = !isSeparated
    if stripsAccents {
      var mayMove = false
      let data = Decompositions.shared
      data.decompose(scalar, isCompatible: false) { part in
        if ScalarClasses.shared.isNonspacingMark(part) { return }
        if data.combiningClass(of: part) != 0 { mayMove = true }
        appendLowered(part, to: &scalars)
        if part != scalar { isSame = false }
      }
      if mayMove { throw OrderMatters() }
      if scalars.isEmpty { return false }
    } else {
      appendLowered(scalar, to: &scalars)
    }
    if isSeparated { scalars.append(0x20) }
    return isSame && scalars.holds(scalar)
  }

  @inline(__always)
  private func appendLowered(_ scalar: UInt32, to scalars: inout ScalarWriter) {
    guard lowersCase else { return scalars.append(scalar) }
    if scalar == LowerCase.dottedCapitalI {
      scalars.append(0x69)
      scalars.append(0x307)
    } else {
      scalars.append(LowerCase.shared(scalar))
    }
  }
}

// MARK: - One step after the other
extension BertNormalizer {
  private func applyOneByOne(_ text: inout AlignedText) {
    let classes = ScalarClasses.shared
    if cleansText {
      text.rewriteScalars { scalar in
        if classes.isCleaned(scalar) { return .drop }
        return ScalarClasses.isWhiteSpace(scalar) ? .replace(0x20) : .keep
      }
    }
    if separatesChinese {
      var scalars = ScalarWriter()
      text.rewrite { text in
        while text.remaining > 0 {
          let (scalar, length) = text.nextScalar
          guard ScalarClasses.isChinese(scalar) else {
            text.keep(length)
            continue
          }
          scalars.removeAll()
          for one in [0x20, scalar, 0x20] { scalars.append(one) }
          text.put(scalars, replacing: length)
        }
      }
    }
    if stripsAccents {
      NormalForm.nfd.apply(to: &text)
      text.rewriteScalars { classes.isNonspacingMark($0) ? .drop : .keep }
    }
    if lowersCase { LowercaseNormalizer().apply(to: &text) }
  }
}
