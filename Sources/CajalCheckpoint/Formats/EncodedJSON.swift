// SPDX-License-Identifier: Apache-2.0

import CajalTensor
import Foundation

/// One JSON object of a configuration and of tensors in base 64.
///
/// As the llm-viz project writes minGPT: `{"config": {…}, "<name>": {"shape": […], "dtype":
/// "torch.float32", "data": "…"}}`, the bytes row-major and little-endian.
///
/// - Source: <https://github.com/bbycroft/llm-viz>, `gen_test_data.py`
enum EncodedJSON {
  /// Whether the bytes may be JSON: the first that is no space begins an object.
  static func recognizes(_ region: ByteRegion) -> Bool {
    guard let head = region.part(from: 0, count: min(region.count, 64)) else { return false }
    let first = head.bytes.first { ![0x20, 0x0a, 0x0d, 0x09].contains($0) }
    return first == UInt8(ascii: "{")
  }

  /// Reads the object; a member that is neither configuration nor tensor is refused.
  static func read(_ region: ByteRegion) throws(CheckpointError) -> WeightsFile {
    let file = region.store.file
    let limits = ConfigurationReader.Limits(bytes: 1 << 30)
    guard region.count <= limits.bytes else {
      throw CheckpointError(
        .unsupported, "is JSON of \(region.count) bytes; convert it to safetensors", file: file)
    }
    let value = try ConfigurationReader.read(region.bytes, file: file, limits: limits)
    guard case .object(var members) = value,
      case .object(let configuration)? = members.removeValue(forKey: "config"),
      members.values.contains(where: { $0.member("data") != nil })
    else {
      throw CheckpointError(
        .unsupported,
        "is JSON and not a model (config and tensors in base 64); name the file or "
          + "the folder of the weights", file: file)
    }
    var weights = WeightsFile(format: .json, tensors: [:], configuration: configuration)
    for (name, member) in members {
      weights.tensors[name] = try tensor(name, member, file: file)
    }
    return weights
  }

  private static func tensor(
    _ name: String, _ value: ConfigurationValue, file: String
  ) throws(CheckpointError) -> StoredTensor {
    func malformed(_ what: String) -> CheckpointError {
      CheckpointError(
        .malformed, "tensor \(name.quoted) \(what); write the file again", file: file)
    }
    guard case .object(let members) = value, members.count == 3,
      let shape = members["shape"]?.extents, case .string(let typeName)? = members["dtype"],
      case .string(let data)? = members["data"]
    else { throw malformed("does not have exactly shape, dtype and data") }
    guard typeName.hasPrefix("torch."),
      let type = Pickle.Name.types[String(typeName.dropFirst("torch.".count))]
    else {
      throw CheckpointError(
        .unsupported,
        "tensor \(name.quoted) has the type \(typeName.quoted), which is not "
          + "implemented; convert it to torch.float32", file: file)
    }
    guard let bytes = Data(base64Encoded: data) else { throw malformed("is not base 64") }
    guard let byteCount = Extents.byteCount(shape, type), byteCount == bytes.count else {
      throw malformed("has the shape \(shape) and \(bytes.count) bytes of \(type.rawValue)")
    }
    return StoredTensor(
      name: name, shape: shape, type: type,
      region: ByteRegion(ByteStore(copying: Array(bytes), named: file)))
  }
}

extension ConfigurationValue {
  /// A member of an object, or nil.
  fileprivate func member(_ name: String) -> ConfigurationValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }
}
