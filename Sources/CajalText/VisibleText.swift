// SPDX-License-Identifier: Apache-2.0

/// Text in which everything invisible can be seen.
///
/// Pieces come from files that nobody vouches for: a piece may hold terminal escapes, characters that
/// reverse the direction of a line, or nothing at all. Here each becomes something that can be seen and
/// that leaves the line around it alone.
enum VisibleText {
  /// The piece of a vocabulary for a reader.
  ///
  /// - Parameter isSpecial: Marks lose the line ends that some files put around them.
  static func of(_ piece: String, isSpecial: Bool) -> String {
    if let byte = BytePiece.byte(of: piece) {
      return byte == 0x0A ? "⏎" : piece
    }
    var scalars = Array(piece.unicodeScalars)
    if isSpecial {
      scalars = Array(scalars.drop(while: isLineEnd).reversed().drop(while: isLineEnd).reversed())
    }
    if scalars.isEmpty { return "∅" }
    var text = ""
    for (index, scalar) in scalars.enumerated() {
      if index == 0, scalar.properties.canonicalCombiningClass != .notReordered { text += "◌" }
      text += visible(scalar)
    }
    return text
  }

  /// The piece of a vocabulary that is spelled in bytes; those that make no character are numbers.
  static func of(_ bytes: [UInt8]) -> String {
    var text = ""
    var run: [UInt8] = []
    func show() {
      if !run.isEmpty { text += of(String(decoding: run, as: UTF8.self), isSpecial: false) }
      run = []
    }
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      if String(validating: rest.prefix(length), as: UTF8.self) != nil {
        run += rest.prefix(length)
        rest = rest.dropFirst(length)
      } else {
        show()
        text += BytePiece.piece(of: first)
        rest = rest.dropFirst()
      }
    }
    show()
    return text.isEmpty ? "∅" : text
  }

  private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r"
  }

  private static func visible(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case " ", "▁": return "␣"
    case "\n": return "⏎"
    case "\t": return "⇥"
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "⟨U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "⟩"
    default:
      return String(Character(scalar))
    }
  }

  /// The beginning of a text for an error's message.
  static func excerpt(_ text: some StringProtocol) -> String {
    let scalars = text.unicodeScalars
    let head = scalars.prefix(32).map(visibleInSentence).joined()
    return scalars.count > 32 ? head + "…" : head
  }

  private static func visibleInSentence(_ scalar: Unicode.Scalar) -> String {
    scalar == " " ? " " : visible(scalar)
  }
}
