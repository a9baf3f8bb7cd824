// SPDX-License-Identifier: Apache-2.0
import Foundation

// libFuzzer has the main function; it calls these two. Options that begin with two dashes are ours, it
// leaves them alone.

/// The target of this process, prepared once.
private let chosen: @Sendable ([UInt8]) -> Void = {
  let options = FuzzOptions(CommandLine.arguments)
  do {
    return try options.target.prepare(options)
  } catch {
    FuzzOptions.refuse("\(options.target.name): \(error)")
  }
}()

/// Called once, before anything else.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer
) -> CInt {
  _ = chosen
  return 0
}

/// Called with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // A copy of exactly this size, so that reading behind it is noticed.
  chosen(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
