// SPDX-License-Identifier: Apache-2.0

/// What becomes of a scalar that is looked at by itself.
enum ScalarFate {
  case keep
  case drop
  case replace(UInt32)
}

extension AlignedText {
  /// Decides over every scalar by itself.
  mutating func rewriteScalars(_ fate: (UInt32) -> ScalarFate) {
    rewrite { text in
      let old = text.old
      old.withUnsafeBufferPointer { bytes in
        var position = 0
        while position < bytes.count {
          let (scalar, length) = bytes.scalar(at: position)
          switch fate(scalar) {
          case .keep: break
          case .drop:
            text.keep(position - text.position)
            text.drop(length)
          case .replace(let other):
            text.keep(position - text.position)
            if let other = Unicode.Scalar(other) { text.put(other, replacing: length) }
          }
          position += length
        }
      }
    }
  }
}

extension Rewriting {
  /// The scalar at the reading position, and its length.
  var nextScalar: (scalar: UInt32, length: Int) {
    old.withUnsafeBufferPointer { $0.scalar(at: position) }
  }
}
