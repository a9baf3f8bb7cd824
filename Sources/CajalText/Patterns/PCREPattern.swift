// SPDX-License-Identifier: Apache-2.0

import CPCRE2
import Synchronization

/// A pattern that PCRE2 matches.
///
/// - Source: <https://pcre2project.github.io/pcre2/doc/pcre2api/>.
struct PCREPattern: Sendable {
  private let program: PCREProgram

  init(_ node: PatternNode, name: String) throws(TextError) {
    program = try PCREProgram(PCRESpelling(node).text, name: name)
  }

  /// Hands out the matches in each of some stretches from left to right.
  ///
  /// - Parameter bytes: Valid UTF-8.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, spans: some Sequence<ByteSpan>,
    _ visitor: inout some MatchVisitor
  ) throws(TextError) {
    let scratch = try program.takeScratch()
    defer { program.giveBack(scratch) }
    var search = PCRESearch(bytes: bytes, code: program.code, scratch: scratch)
    for span in spans {
      let offset = Int(span.start)
      search.bytes = UnsafeBufferPointer(rebasing: bytes[span.range])
      visitor.begin(at: offset)
      var position = 0
      var lastEnd = -1
      while position <= span.count, let match = try search.first(from: position) {
        if match.isEmpty, match.upperBound == lastEnd {
          position = search.after(position)
        } else {
          lastEnd = match.upperBound
          position = match.upperBound
          visitor.take(offset + match.lowerBound, offset + match.upperBound)
        }
      }
      visitor.finish(at: Int(span.end))
    }
  }
}

/// The compiled program, which nobody changes after it is made, and memory for those who use it.
private final class PCREProgram: @unchecked Sendable {
  let code: OpaquePointer
  private let scratches = Mutex<[PCREScratch]>([])

  init(_ text: String, name: String) throws(TextError) {
    let units = Array(text.utf8)
    let context = pcre2_compile_context_create_8(nil)
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    // Without turning repetitions possessive each step back counts, so that the limits hold.
    let options =
      UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_NO_AUTO_POSSESS)
      | UInt32(PCRE2_USE_OFFSET_LIMIT) | UInt32(PCRE2_DOLLAR_ENDONLY)
      | UInt32(PCRE2_NEVER_BACKSLASH_C)
    var status: Int32 = 0
    var offset = 0
    guard
      let code = pcre2_compile_8(units, units.count, options, &status, &offset, context)
    else {
      throw TextError(
        .unsupported, "PCRE2 refuses the pattern “\(name)”: \(Self.message(of: status))")
    }
    self.code = code
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))  // Without it PCRE2 interprets.
  }

  private static func message(of status: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(status, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }

  func takeScratch() throws(TextError) -> PCREScratch {
    if let scratch = scratches.withLock({ $0.popLast() }) { return scratch }
    guard let scratch = PCREScratch(code) else {
      throw TextError(.unreadable, "there is no memory for a pattern of the tokenizer")
    }
    return scratch
  }

  func giveBack(_ scratch: PCREScratch) {
    scratches.withLock { $0.append(scratch) }
  }

  deinit { pcre2_code_free_8(code) }
}

/// What one search at a time writes to.
final class PCREScratch: @unchecked Sendable {
  let data: OpaquePointer
  let context: OpaquePointer
  private let stack: OpaquePointer?

  private static let stackLimit = 64 << 20

  init?(_ code: OpaquePointer) {
    guard let data = pcre2_match_data_create_8(1, nil) else { return nil }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(data)
      return nil
    }
    (self.data, self.context) = (data, context)
    stack = pcre2_jit_stack_create_8(32 << 10, Self.stackLimit, nil)
    if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    pcre2_set_heap_limit_8(context, UInt32(Self.stackLimit >> 10))
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    if let stack { pcre2_jit_stack_free_8(stack) }
  }
}
