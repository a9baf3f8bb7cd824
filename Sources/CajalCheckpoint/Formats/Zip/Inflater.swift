// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Raw deflate streams, through zlib.
enum Inflater {
  /// Inflates a whole stream, which must fill `output` exactly and end with the input.
  static func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return false }
    defer { inflateEnd(&stream) }
    var consumed = 0
    var produced = 0
    // zlib will not run without room to write; one byte beyond shows a stream that is too long.
    var beyond: UInt8 = 0
    return withUnsafeMutablePointer(to: &beyond) { beyond in
      while true {
        let inputPart = min(input.count - consumed, 1 << 30)
        let outputPart = min(output.count - produced, 1 << 30)
        stream.next_in = input.baseAddress.map {
          UnsafeMutablePointer(mutating: ($0 + consumed).assumingMemoryBound(to: UInt8.self))
        }
        stream.avail_in = uInt(inputPart)
        if outputPart > 0 {
          stream.next_out = output.baseAddress.map {
            ($0 + produced).assumingMemoryBound(to: UInt8.self)
          }
          stream.avail_out = uInt(outputPart)
        } else {
          stream.next_out = beyond
          stream.avail_out = 1
        }
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        let read = inputPart - Int(stream.avail_in)
        let written = (outputPart > 0 ? outputPart : 1) - Int(stream.avail_out)
        consumed += read
        if outputPart > 0 { produced += written }
        if outputPart == 0, written > 0 { return false }
        if status == Z_STREAM_END { return produced == output.count && consumed == input.count }
        guard status == Z_OK, read > 0 || written > 0 else { return false }
      }
    }
  }
}
