// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file that appears under its name whole or not at all.
///
/// Bytes go to a temporary file beside it; ``finish()`` makes them durable and renames. Whatever
/// fails before, or going out of scope, removes the temporary file.
final class ReplacingFile {
  private let path: String
  private let temporary: String
  private var descriptor: Int32

  /// Creates the temporary file beside `path`.
  ///
  /// - Throws: `io` where it cannot be, or where something stands at `path` that a rename would replace
  ///   and should not: a folder, a device, a pipe, a link.
  init(_ path: String) throws(CheckpointError) {
    var status = stat()
    guard lstat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(.io, "is not a plain file; write to another name", file: path)
    }
    self.path = path
    temporary = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).partial"
    descriptor = Foundation.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CheckpointError(errno: errno, "created", file: path) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  /// Sets the size of the file, as far as the disk promises the room.
  func reserve(_ count: Int) throws(CheckpointError) {
    guard count > 0 else { return }
    let status = posix_fallocate(descriptor, 0, off_t(count))
    // Some file systems cannot promise; then a write finds out.
    guard status == 0 || status == EOPNOTSUPP || status == EINVAL else {
      throw failure(status)
    }
  }

  /// Writes all bytes at a place.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(CheckpointError) {
    var written = 0
    while written < bytes.count {
      let part = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(descriptor, part.baseAddress, part.count, off_t(offset + written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(errno) }
      written += count
    }
  }

  /// Writes all bytes at a place.
  func write(_ bytes: [UInt8], at offset: Int) throws(CheckpointError) {
    try bytes.withBuffer { (buffer) throws(CheckpointError) in try write(buffer, at: offset) }
  }

  /// Makes the bytes durable and gives the file its name.
  func finish() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw failure(errno) }
    let status = close(descriptor)
    descriptor = -1
    guard status == 0, rename(temporary, path) == 0 else {
      let number = errno
      unlink(temporary)
      throw CheckpointError(errno: number, "written", file: path)
    }
    // The name is durable once its folder is; a folder that cannot be synced is not an error.
    let folder = Foundation.open(
      URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func failure(_ number: Int32) -> CheckpointError {
    guard number == ENOSPC || number == EDQUOT else {
      return CheckpointError(errno: number, "written", file: path)
    }
    return CheckpointError(
      .io, "cannot be written because the disk is full; make room and run again", file: path)
  }
}
