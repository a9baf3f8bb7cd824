// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Shape, and the elements as base64 of little-endian Float32: exact, and short enough for JSON.
extension Tensor: Codable {
  private enum CodingKeys: String, CodingKey {
    case shape
    case data
  }

  /// Refuses data that is not base64 or does not fill the shape.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    let text = try container.decode(String.self, forKey: .data)
    guard let data = Data(base64Encoded: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .data, in: container, debugDescription: "the elements are not base64")
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      count = extent >= 0 && !overflow ? product : -1
      if count < 0 { break }
    }
    guard count >= 0, data.count % 4 == 0, data.count / 4 == count else {
      throw DecodingError.dataCorruptedError(
        forKey: .data, in: container,
        debugDescription: "\(data.count) bytes do not fill shape \(shape) of Float32")
    }
    self.init(shape: shape) { out in
      _ = data.copyBytes(to: UnsafeMutableRawBufferPointer(out))
    }
  }

  /// Writes `shape` and `data`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    let data = withFloats { Data(UnsafeRawBufferPointer($0)) }
    try container.encode(data.base64EncodedString(), forKey: .data)
  }
}
