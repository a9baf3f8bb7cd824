// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// The few calls with which torch describes tensors, carried out as data.
extension PickleReader {
  /// Puts a name on the stack, which must be one of those that describe data.
  mutating func push(name module: String, _ name: String) throws(CheckpointError) {
    guard let known = Pickle.Name(module: module, name: name) else {
      throw refusal("\(module).\(name)")
    }
    try push(.name(known))
  }

  /// Replaces a name and its arguments by what the call amounts to.
  mutating func call() throws(CheckpointError) {
    let arguments = try pop()
    guard let values = pickle.elements(arguments), case .name(let name) = try pop() else {
      throw damaged("a call of something that is no function")
    }
    switch name {
    case .orderedDictionary: try push(members: members(values))
    case .set, .size:
      guard values.count <= 1 else { throw damaged("a list of several lists") }
      guard let content = values.first else { return try push(sequence: []) }
      guard case .sequence = content else { throw damaged("a list of what is no list") }
      try push(content)
    case .device, .encode: try push(.opaque)
    case .rebuildTensor: try push(tensor(values, type: nil))
    case .rebuildTensorWithType:
      guard values.count >= 7, case .name(.type(let type)) = values[6] else {
        throw damaged("a tensor without a type")
      }
      try push(tensor(values, type: type))
    case .rebuildParameter:
      guard case .tensor(let tensor)? = values.first else {
        throw damaged("a parameter without a tensor")
      }
      try push(.tensor(tensor))
    case .storage, .type: throw refusal("a storage's constructor")
    }
  }

  /// Applies a state to an object: allowed is the `_metadata` of a module's state dictionary.
  mutating func build() throws(CheckpointError) {
    let state = try pop()
    guard case .dictionary = try top(), let members = pickle.members(state),
      members.allSatisfy({ if case .text("_metadata") = $0.key { true } else { false } })
    else { throw refusal("an object's attributes") }
  }

  /// Replaces a persistent identifier by the storage it names.
  mutating func pushStorage() throws(CheckpointError) {
    guard let values = pickle.elements(try pop()), values.count == 5 || values.count == 6,
      case .text(let kind) = values[0]
    else { throw damaged("an identifier of no storage") }
    guard kind == "storage" else { throw refusal(kind) }
    guard case .name(.storage(let type)) = values[1], case .text(let key) = values[2],
      case .integer(let count) = values[4], count >= 0
    else { throw damaged("an identifier of no storage") }
    if values.count == 6 {
      guard case .none = values[5] else { throw refusal("a view on a storage") }
    }
    let storage = TorchStorage(key: key, type: type, count: count)
    pickle.storages.append(storage)
    try push(.storage(pickle.storages.count - 1))
  }

  private mutating func push(_ tensor: TorchTensor) throws(CheckpointError) {
    pickle.tensors.append(tensor)
    try push(.tensor(pickle.tensors.count - 1))
  }

  private func members(
    _ arguments: [Pickle.Value]
  ) throws(CheckpointError) -> [(key: Pickle.Value, value: Pickle.Value)] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1, let pairs = pickle.elements(first) else {
      throw damaged("a dictionary of what are no pairs")
    }
    var members: [(key: Pickle.Value, value: Pickle.Value)] = []
    for pair in pairs {
      guard let both = pickle.elements(pair), both.count == 2 else {
        throw damaged("a dictionary of what are no pairs")
      }
      members.append((both[0], both[1]))
    }
    return members
  }

  /// The arguments `storage, offset, size, stride, …`.
  private func tensor(
    _ values: [Pickle.Value], type: ScalarType?
  ) throws(CheckpointError) -> TorchTensor {
    guard values.count >= 4, case .storage(let index) = values[0],
      case .integer(let offset) = values[1], offset >= 0,
      let shape = pickle.extents(values[2]), let strides = pickle.extents(values[3]),
      shape.count == strides.count, let type = type ?? pickle.storages[index].type
    else { throw damaged("a tensor without storage, offset, shape or strides") }
    return TorchTensor(
      storage: pickle.storages[index], type: type, offset: offset, shape: shape, strides: strides)
  }
}
