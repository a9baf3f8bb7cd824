// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

/// Files cut and flipped everywhere: each is read or refused, and none stops the program.
struct DamagedFileTests {
  static let names = [
    "types.safetensors", "module.pt", "deflated.pt", "legacy.pt", "calls-system-2.pt", "plain.npy",
    "fortran.npy", "stored.npz", "deflated.npz", "tied.bin", "minGPT.json",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Opens and reads everything; true where the file was refused.
  private func isRefused(_ bytes: [UInt8], _ name: String) throws -> Bool {
    let path = try folder.write(bytes, name)
    do {
      let checkpoint = try Checkpoint.open(path)
      for tensor in checkpoint.tensors.values {
        _ = try tensor.firstNonFinite()
        #expect(tensor.byteCount <= 64 * bytes.count)
      }
      return false
    } catch {
      #expect(!error.description.contains("\n"), "\(error)")
      #expect(error.description.contains(name), "\(error)")
      return true
    }
  }

  @Test(arguments: names)
  func `a file cut at any byte is refused`(name: String) throws {
    let bytes = Golden.bytes(name)
    // Every byte of headers and of small files; of the bytes of large tensors every seventh.
    for length in 0..<bytes.count
    where length < 700 || length > bytes.count - 700 || length % 7 == 0 {
      let refused = try isRefused(Array(bytes.prefix(length)), name)
      #expect(refused, "\(length) of \(bytes.count) bytes")
    }
  }

  @Test(arguments: names)
  func `a file with a byte behind its end is refused`(name: String) throws {
    let bytes = Golden.bytes(name)
    #expect(try isRefused(bytes + [0], name))
  }

  @Test(arguments: names)
  func `flipped bits and changed bytes never stop the program`(name: String) throws {
    let bytes = Golden.bytes(name)
    var random = Splitmix(state: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
    var refused = 0
    for round in 0..<500 {
      var changed = bytes
      for _ in 0...(round % 4) {
        // Half of the changes fall on the first and last hundred bytes, where headers lie.
        let near = Int(random.next() % 100)
        let place = [Int(random.next() >> 1) % bytes.count, near, bytes.count - 1 - near][
          [0, 0, 1, 2][Int(random.next() % 4)]]
        let index = min(max(place, 0), bytes.count - 1)
        switch random.next() % 3 {
        case 0: changed[index] ^= 1 << UInt8(random.next() % 8)
        case 1: changed[index] = [0, 0xff, 0x7f, 0x80][Int(random.next() % 4)]
        default: changed[index] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      if try isRefused(changed, name) { refused += 1 }
    }
    #expect(refused > 0)
  }
}

/// Steele, Lea and Flood's SplitMix64: the same mutations on every machine.
private struct Splitmix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
