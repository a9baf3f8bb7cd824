// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Bytes that live as long as somebody refers to them: a file mapped to be read, or memory.
///
/// A mapped file that another program shortens while it is being read makes the operating system
/// stop this program (SIGBUS). ``requireUnchanged()`` compares the size before every read of
/// weights, which leaves only a file that shrinks in the middle of a read.
final class ByteStore: @unchecked Sendable {
  // Unchecked because of the pointer: nobody writes through it after the initialiser.
  let base: UnsafeRawPointer
  let count: Int
  let file: String
  private let descriptor: Int32?

  /// Maps a regular file to be read.
  init(mapping path: String, named file: String) throws(CheckpointError) {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CheckpointError(errno: errno, "opened", file: file) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let number = errno
      close(descriptor)
      throw CheckpointError(errno: number, "examined", file: file)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError(
        .unsupported, "is not a regular file; name a file of weights", file: file)
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      close(descriptor)
      throw CheckpointError(.malformed, "is empty; download the file again", file: file)
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      let number = errno
      close(descriptor)
      throw CheckpointError(errno: number, "mapped into memory", file: file)
    }
    base = UnsafeRawPointer(address)
    count = size
    self.file = file
    self.descriptor = descriptor
  }

  /// Owns `count` bytes of memory that `fill` initialises.
  init<Failure: Error>(
    count: Int, named file: String,
    fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(count, 1), alignment: 64)
    do throws(Failure) {
      try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    } catch {
      memory.deallocate()
      throw error
    }
    base = UnsafeRawPointer(memory)
    self.count = count
    self.file = file
    descriptor = nil
  }

  /// Takes a copy of bytes in memory.
  convenience init(copying bytes: [UInt8], named file: String) {
    self.init(count: bytes.count, named: file) { $0.copyBytes(from: bytes) }
  }

  deinit {
    if let descriptor {
      munmap(UnsafeMutableRawPointer(mutating: base), count)
      close(descriptor)
    } else {
      base.deallocate()
    }
  }

  /// Whether the bytes are a file's pages and not memory of our own.
  var isMapped: Bool { descriptor != nil }

  /// Refuses when the mapped file has been shortened since it was opened.
  func requireUnchanged() throws(CheckpointError) {
    guard let descriptor else { return }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CheckpointError(errno: errno, "examined", file: file)
    }
    guard Int(status.st_size) >= count else {
      throw CheckpointError(
        .io, "shrank from \(count) to \(status.st_size) bytes while it was open; load it again",
        file: file)
    }
  }

  /// Tells the operating system that the pages wholly inside the range need not stay in memory.
  func releasePages(offset: Int, count: Int) {
    guard isMapped else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (offset + page - 1) / page * page
    let last = (offset + count) / page * page
    guard last > first else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }
}

extension CheckpointError {
  /// An error of the operating system, in its own words.
  init(errno number: Int32, _ participle: String, file: String) {
    let reason = String(cString: strerror(number))
    let code: Code = number == ENOENT || number == ENOTDIR ? .notFound : .io
    let remedy = code == .notFound ? "check the path" : "check the permissions and the disk"
    self.init(code, "cannot be \(participle) (\(reason)); \(remedy)", file: file)
  }
}
