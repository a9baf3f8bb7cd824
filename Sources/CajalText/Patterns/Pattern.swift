// SPDX-License-Identifier: Apache-2.0

import CPCRE2

/// A pattern of a tokenizer file, compiled once.
struct Pattern: Sendable {
  private let program: PatternProgram

  init(_ source: String) throws(TextError) {
    program = try PatternProgram(source)
  }

  /// The groups that the pattern captures.
  var groupCount: Int {
    var count: UInt32 = 0
    pcre2_pattern_info_8(program.code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
    return Int(count)
  }
}

/// The compiled pattern, which nobody changes after it is made.
private final class PatternProgram: @unchecked Sendable {
  let code: OpaquePointer

  init(_ source: String) throws(TextError) {
    var status: Int32 = 0
    var offset = 0
    let units = Array(source.utf8)
    let code = pcre2_compile_8(
      units, units.count, UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP), &status, &offset, nil)
    guard let code else {
      throw TextError(.malformed, "the pattern \(VisibleText.excerpt(source)) is not valid")
    }
    self.code = code
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { pcre2_code_free_8(code) }
}
