// SPDX-License-Identifier: Apache-2.0

/// `Strip`: white space away from the beginning, the end, or both.
struct StripNormalizer: NormalizationStep {
  let atStart: Bool
  let atEnd: Bool

  func apply(to text: inout AlignedText) {
    text.rewrite { text in
      let old = text.old
      old.withUnsafeBufferPointer { bytes in
        var start = 0
        while atStart, start < bytes.count {
          let (scalar, length) = bytes.scalar(at: start)
          guard ScalarClasses.isWhiteSpace(scalar) else { break }
          start += length
        }
        var end = bytes.count
        while atEnd, end > start {
          let last = bytes.start(before: end)
          guard ScalarClasses.isWhiteSpace(bytes.scalar(at: last).scalar) else { break }
          end = last
        }
        text.drop(start)
        text.keep(end - start)
        text.drop(bytes.count - end)
      }
    }
  }
}

/// `StripAccents`: marks of every kind away; it takes no character apart.
struct StripAccentsNormalizer: NormalizationStep {
  func apply(to text: inout AlignedText) {
    let classes = ScalarClasses.shared
    text.rewriteScalars { $0 >= 0x300 && classes.isMark($0) ? .drop : .keep }
  }
}
