// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// The lines of a file or of standard input, read ahead on a thread of its own.
///
/// Whoever takes lines gets all that are whole at that moment: many while a program feeds them fast, a
/// single one as soon as somebody types it. Reading ahead stops where enough lie ready.
final class LineStream: Sendable {
  /// Whole lines, and the number of the first, counted from 1.
  struct Batch: Sendable {
    var bytes: [UInt8]
    var firstLine: Int

    /// The stretches between line feeds; a carriage return before one is not part of the line.
    var lines: [Range<Int>] {
      var lines: [Range<Int>] = []
      var start = 0
      bytes.withUnsafeBufferPointer { bytes in
        for (index, byte) in bytes.enumerated() where byte == 0x0A {
          lines.append(start..<(index > start && bytes[index - 1] == 0x0D ? index - 1 : index))
          start = index + 1
        }
      }
      if start < bytes.count { lines.append(start..<bytes.count) }
      return lines
    }
  }

  private struct State {
    var bytes: [UInt8] = []
    /// Where the last whole line ends.
    var end = 0
    var isFinished = false
    var failure: Int32?
    var line = 1
    var isAbandoned = false
  }

  /// What is called this when something is wrong with it.
  let name: String
  private let descriptor: Int32
  private let state = Mutex(State())
  private let filled = DispatchSemaphore(value: 0)
  private let drained = DispatchSemaphore(value: 0)

  private static let readyBytes = 8 << 20
  private static let longestLine = 1 << 30

  /// Opens a file, or standard input where the path is `-`, and begins to read.
  ///
  /// - Throws: ``WorkbenchError/Code/input`` where it cannot be opened.
  init(_ path: String) throws(WorkbenchError) {
    let isInput = path == "-"
    name = isInput ? "standard input" : path
    descriptor = isInput ? STDIN_FILENO : Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw WorkbenchError(.input, "\(path): cannot be read (\(String(cString: strerror(errno))))")
    }
    Thread.detachNewThread { [self] in
      fill()
      if !isInput { close(descriptor) }
    }
  }

  /// The lines that are whole now; waits for the first, and returns nil behind the last.
  ///
  /// - Throws: ``WorkbenchError`` where the job shall end, a line has no end within 1 GiB, or the
  ///   system refuses to read on.
  func next(_ job: Job) throws(WorkbenchError) -> Batch? {
    while true {
      try job.checkInterruption()
      let (batch, isOver, failure) = state.withLock { Self.take(&$0) }
      if let batch {
        drained.signal()
        return batch
      }
      if let failure {
        let reason =
          failure == EFBIG ? "a line is longer than 1 GiB" : String(cString: strerror(failure))
        throw WorkbenchError(.input, "\(name): cannot be read (\(reason))")
      }
      if isOver { return nil }
      _ = filled.wait(timeout: .now() + .milliseconds(50))
    }
  }

  /// Ends reading ahead: nobody takes lines any more.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    drained.signal()
  }

  private static func take(_ state: inout State) -> (Batch?, Bool, Int32?) {
    let end = state.isFinished ? state.bytes.count : state.end
    guard end > 0 else { return (nil, state.isFinished, state.failure) }
    var batch = Batch(bytes: [], firstLine: state.line)
    if end == state.bytes.count {
      swap(&batch.bytes, &state.bytes)
    } else {
      batch.bytes = Array(state.bytes[..<end])
      state.bytes = Array(state.bytes[end...])
    }
    state.end = 0
    state.line += batch.bytes.count { $0 == 0x0A }
    return (batch, false, nil)
  }

  private func fill() {
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      let failure = count < 0 ? errno : 0
      let goesOn = state.withLock { state -> Bool in
        if count <= 0 {
          state.isFinished = true
          if failure != 0 { (state.failure, state.bytes) = (failure, []) }
          return false
        }
        if let last = chunk[..<count].lastIndex(of: 0x0A) {
          state.end = state.bytes.count + last + 1
        }
        state.bytes += chunk[..<count]
        if state.end == 0, state.bytes.count > Self.longestLine {
          (state.isFinished, state.failure, state.bytes) = (true, EFBIG, [])
          return false
        }
        return true
      }
      filled.signal()
      guard goesOn, waitForRoom() else { return }
    }
  }

  /// False where nobody takes lines any more.
  private func waitForRoom() -> Bool {
    while true {
      let (isFull, isAbandoned) = state.withLock {
        ($0.end > 0 && $0.bytes.count >= Self.readyBytes, $0.isAbandoned)
      }
      if isAbandoned { return false }
      if !isFull { return true }
      drained.wait()
    }
  }
}
