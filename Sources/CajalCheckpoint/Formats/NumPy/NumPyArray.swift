// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// One array in NumPy's npy format, versions 1 to 3.
///
/// - Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>
enum NumPyArray {
  /// How every npy file begins.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads an array; by reference where it lies row-major and little-endian, otherwise copied.
  static func read(
    _ region: ByteRegion, name: String
  ) throws(CheckpointError) -> StoredTensor {
    let file = region.store.file
    guard region.starts(with: magic), let major = region.integer(UInt8.self, at: 6) else {
      throw damaged(name, "does not begin as npy does", file)
    }
    let start = major == 1 ? 10 : 12
    let length =
      switch major {
      case 1: region.integer(UInt16.self, at: 8).map { Int($0) }
      case 2, 3: region.integer(UInt32.self, at: 8).map { Int($0) }
      default:
        throw CheckpointError(
          .unsupported, "is npy of version \(major); write it again with numpy.save", file: file)
      }
    // Python's own reader takes headers up to 10 000 bytes unless told otherwise.
    guard let length, length <= 65_536, let text = region.part(from: start, count: length),
      let data = region.part(from: start + length, count: region.count - start - length)
    else { throw damaged(name, "has a header that does not lie inside the file", file) }
    let header = try NumPyHeader(text.bytes, file: file)
    guard let byteCount = Extents.byteCount(header.shape, header.type) else {
      throw damaged(name, "has the impossible shape \(header.shape)", file)
    }
    guard byteCount == data.count else {
      throw damaged(
        name, "has the shape \(header.shape) of \(byteCount) bytes and \(data.count) bytes of data",
        file)
    }
    return StoredTensor(
      name: name, shape: header.shape, type: header.type, region: ordered(data, header))
  }

  /// The data row-major and little-endian.
  private static func ordered(_ data: ByteRegion, _ header: NumPyHeader) -> ByteRegion {
    let width = header.type.byteCount
    var strides: [Int] = []
    if header.isFortranOrder, data.count > 0 {
      var stride = 1
      for extent in header.shape {
        strides.append(stride)
        stride *= extent
      }
    } else {
      strides = Extents.rowMajorStrides(header.shape)
    }
    let view = StridedView(shape: header.shape, strides: strides, offset: 0, width: width)
    let isInOrder = data.count == 0 || view.isContiguous
    guard !isInOrder || header.isBigEndian else { return data }
    let store = ByteStore(count: data.count, named: data.store.file) { target in
      data.withBytes { isInOrder ? target.copyMemory(from: $0) : view.copy(from: $0, to: target) }
      guard header.isBigEndian else { return }
      for start in stride(from: 0, to: target.count, by: width) {
        var number = UnsafeMutableRawBufferPointer(rebasing: target[start..<(start + width)])
        number.reverse()
      }
    }
    return ByteRegion(store)
  }

  private static func damaged(_ name: String, _ what: String, _ file: String) -> CheckpointError {
    CheckpointError(
      .malformed, "array \(name.quoted) \(what); it is damaged, download it again", file: file)
  }
}
