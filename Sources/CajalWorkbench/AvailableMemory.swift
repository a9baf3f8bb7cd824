// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How much memory the machine could give now.
enum AvailableMemory {
  /// Bytes, as the kernel estimates them (`MemAvailable`); half of all memory where it does not say.
  static var byteCount: Int {
    // Without this file there is no better answer than the size of the machine.
    let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        return kilobytes * 1024
      }
    }
    return Int(ProcessInfo.processInfo.physicalMemory / 2)
  }
}
