// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The bytes of a file or of standard input, a portion at a time, as they come.
///
/// Waiting for somebody to type ends when the job does.
public final class ByteStream {
  private let name: String
  private let descriptor: Int32
  private var portion = [UInt8](repeating: 0, count: 1 << 18)

  /// Opens a file, or standard input where the path is `-`.
  ///
  /// - Throws: ``WorkbenchError/Code/input`` where it cannot be opened, or is a folder.
  public init(_ path: String) throws(WorkbenchError) {
    let isInput = path == "-"
    name = isInput ? "standard input" : path
    descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno == ENOENT ? "no such file" : String(cString: strerror(errno))
      throw WorkbenchError(.input, "\(path): \(reason)")
    }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      if !isInput { close(descriptor) }
      throw WorkbenchError(.input, "\(name) is a folder; name a file")
    }
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// The next bytes; none behind the last.
  ///
  /// - Throws: ``WorkbenchError`` where the job shall end or the system refuses to read on.
  public func next(_ job: Job) throws(WorkbenchError) -> [UInt8] {
    while true {
      try job.checkInterruption()
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&request, 1, 50) == 0 { continue }
      let count = read(descriptor, &portion, portion.count)
      if count >= 0 { return Array(portion[..<count]) }
      if errno != EINTR && errno != EAGAIN {
        throw WorkbenchError(
          .input, "\(name): cannot be read on (\(String(cString: strerror(errno))))")
      }
    }
  }

  /// Everything that is left, as text.
  ///
  /// - Throws: As ``next(_:)``; ``WorkbenchError/Code/input`` for more than `limit` bytes and for bytes
  ///   that are not UTF-8, with where they are.
  public func text(limit: Int, job: Job) throws(WorkbenchError) -> String {
    let stage = try job.stage("reading \(name)", unit: "bytes")
    var bytes: [UInt8] = []
    while true {
      let more = try next(job)
      if more.isEmpty { break }
      guard more.count <= limit - bytes.count else {
        throw WorkbenchError(
          .input, "\(name) is larger than \(limit >> 20) MiB; give it in parts or as --json-lines")
      }
      bytes += more
      try stage.advance(to: bytes.count)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UTF8Check.refusal(of: name, at: bytes.withUnsafeBytes { UTF8Check.firstInvalid($0) })
    }
    return text
  }
}
