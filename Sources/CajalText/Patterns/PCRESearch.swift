// SPDX-License-Identifier: Apache-2.0

import CPCRE2

/// Searches one text or stretches of it, with the work bounded in proportion to the text.
///
/// PCRE2 bounds only what is tried from one position, and does not say how much that was. So a
/// first try has a small limit; where it is not enough, the limit grows and what was spent is
/// charged.
struct PCRESearch {
  /// How many steps back, or bytes passed over, are allowed for each byte of a text.
  static let workFactor = 32
  private static let firstLimit: UInt32 = 1000

  private enum Outcome {
    case match(Range<Int>)
    case none
    case limited
  }

  /// What callouts count.
  private struct Meter {
    var left: Int
  }

  /// What is searched; the work is counted over all that is.
  var bytes: UnsafeBufferPointer<UInt8>
  private let code: OpaquePointer
  private let scratch: PCREScratch
  private var meter: Meter

  init(bytes: UnsafeBufferPointer<UInt8>, code: OpaquePointer, scratch: PCREScratch) {
    (self.bytes, self.code, self.scratch) = (bytes, code, scratch)
    meter = Meter(left: 10_000_000 + Self.workFactor * bytes.count)
  }

  /// The first match that begins at a position or after it.
  mutating func first(from start: Int) throws(TextError) -> Range<Int>? {
    switch try attempt(from: start, notAfter: nil, limit: Self.firstLimit) {
    case .match(let match): return match
    case .none: return nil
    case .limited: return try firstWithCare(from: start)
    }
  }

  /// The same, position by position.
  private mutating func firstWithCare(from start: Int) throws(TextError) -> Range<Int>? {
    var position = start
    while position <= bytes.count {
      var limit = Self.firstLimit
      tries: while true {
        switch try attempt(from: position, notAfter: position, limit: limit) {
        case .match(let match): return match
        case .none: break tries
        case .limited:
          meter.left -= Int(limit)
          guard meter.left > 0 else { throw Pattern.tooMuchWork }
          limit = UInt32(min(UInt64(limit) * 8, UInt64(UInt32.max)))
        }
      }
      position = after(position)
    }
    return nil
  }

  private mutating func attempt(
    from start: Int, notAfter last: Int?, limit: UInt32
  ) throws(TextError) -> Outcome {
    pcre2_set_match_limit_8(scratch.context, limit)
    pcre2_set_offset_limit_8(scratch.context, last ?? Int(bitPattern: UInt.max))
    let status = withUnsafeMutablePointer(to: &meter) { meter in
      pcre2_set_callout_8(scratch.context, Self.count, meter)
      return withExtendedLifetime(scratch) {
        pcre2_match_8(
          code, bytes.baseAddress ?? UnsafePointer(bitPattern: 1), bytes.count, start,
          UInt32(PCRE2_NO_UTF_CHECK), scratch.data, scratch.context)
      }
    }
    switch status {
    case 0...:
      guard let bounds = pcre2_get_ovector_pointer_8(scratch.data) else { return .none }
      return .match(bounds[0]..<bounds[1])
    case PCRE2_ERROR_NOMATCH: return .none
    case PCRE2_ERROR_MATCHLIMIT: return .limited
    case PCRE2_ERROR_CALLOUT: throw Pattern.tooMuchWork
    case PCRE2_ERROR_JIT_STACKLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_DEPTHLIMIT:
      throw TextError(
        .unsupported, "a pattern of the tokenizer needs too much memory to match this text")
    default:
      throw TextError(.unsupported, "PCRE2 fails on a pattern of the tokenizer with \(status)")
    }
  }

  /// Charges the distance from the start of the attempt.
  private static let count:
    @convention(c) (UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?) -> Int32 =
      { block, context in
        guard let block, let meter = context?.assumingMemoryBound(to: Meter.self) else { return 0 }
        meter.pointee.left -= block.pointee.current_position - block.pointee.start_match + 1
        return meter.pointee.left > 0 ? 0 : PCRE2_ERROR_CALLOUT
      }

  func after(_ position: Int) -> Int {
    var next = position + 1
    while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}
