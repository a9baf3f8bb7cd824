// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// What a pickle says, once read: values that refer to lists and dictionaries by number.
///
/// Containers lie side by side instead of inside each other, so that neither cycles nor a nest of
/// any depth cost more than their own elements to keep and to let go.
struct Pickle {
  /// One value.
  enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    /// A list, tuple or set: a number into ``Pickle/sequences``.
    case sequence(Int)
    /// A number into ``Pickle/dictionaries``.
    case dictionary(Int)
    case name(Name)
    /// A number into ``Pickle/storages``.
    case storage(Int)
    /// A number into ``Pickle/tensors``.
    case tensor(Int)
    /// Something that is data, but neither tensor nor container, such as bytes or a device.
    case opaque
  }

  /// The names a pickle may mention; every other is refused where it stands.
  enum Name: Equatable {
    case orderedDictionary, set, size, device, encode
    case rebuildTensor, rebuildTensorWithType, rebuildParameter
    case storage(ScalarType?)
    case type(ScalarType)

    /// What `module.name` means here, or nil.
    init?(module: String, name: String) {
      switch (module, name) {
      case ("collections", "OrderedDict"): self = .orderedDictionary
      case ("__builtin__", "set"), ("builtins", "set"): self = .set
      case ("torch", "Size"): self = .size
      case ("torch", "device"): self = .device
      case ("_codecs", "encode"): self = .encode
      case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
        self = .rebuildTensor
      case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorWithType
      case ("torch._utils", "_rebuild_parameter"),
        ("torch._utils", "_rebuild_parameter_with_state"):
        self = .rebuildParameter
      case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"):
        self = .storage(nil)
      case ("torch", _), ("torch.cuda", _):
        if let type = Self.storages[name] {
          self = .storage(type)
        } else if let type = Self.types[name] {
          self = .type(type)
        } else {
          return nil
        }
      default: return nil
      }
    }

    private static let storages: [String: ScalarType] = [
      "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
      "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
      "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    ]

    /// Types by torch's names.
    static let types: [String: ScalarType] = [
      "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
      "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint64": .uint64,
      "uint32": .uint32, "uint16": .uint16, "uint8": .uint8, "bool": .bool,
    ]
  }

  /// The elements of every list, tuple and set.
  var sequences: [[Value]] = []
  /// The members of every dictionary, in order.
  var dictionaries: [[(key: Value, value: Value)]] = []
  /// What the pickle amounts to.
  var root = Value.none
  /// The storages mentioned, in order.
  var storages: [TorchStorage] = []
  /// The tensors described, in order.
  var tensors: [TorchTensor] = []

  /// The elements of a list or tuple, or nil for another value.
  func elements(_ value: Value) -> [Value]? {
    if case .sequence(let index) = value { sequences[index] } else { nil }
  }

  /// The members of a dictionary, or nil for another value.
  func members(_ value: Value) -> [(key: Value, value: Value)]? {
    if case .dictionary(let index) = value { dictionaries[index] } else { nil }
  }

  /// Whole numbers, none negative, or nil for another value.
  func extents(_ value: Value) -> [Int]? {
    guard let elements = elements(value), elements.count <= Extents.mostDimensions else {
      return nil
    }
    var extents: [Int] = []
    for element in elements {
      guard case .integer(let extent) = element, extent >= 0 else { return nil }
      extents.append(extent)
    }
    return extents
  }
}

/// Bytes that tensors of a torch file share, by the key under which the file keeps them.
struct TorchStorage: Equatable {
  let key: String
  /// The type of its elements; nil where the storage is plain bytes.
  let type: ScalarType?
  /// How many elements, or bytes where it is plain bytes.
  let count: Int
}

/// A view on a storage.
struct TorchTensor {
  let storage: TorchStorage
  let type: ScalarType
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
