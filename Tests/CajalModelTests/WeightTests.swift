// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import Foundation
import Synchronization
import Testing

struct WeightTests {
  static let types: [ScalarType] = [.float32, .bfloat16, .float16]

  /// Numbers that the given type holds exactly.
  private func numbers(_ shape: [Int], _ type: ScalarType) -> Tensor {
    let values = Philox(seed: 9).normals(shape: shape).array
    let exact = values.map { value -> Float in
      switch type {
      case .bfloat16: Float(bitPattern: value.bitPattern & 0xffff_0000)
      case .float16: Float(Float16(value))
      default: value
      }
    }
    return Tensor(exact, shape: shape)
  }

  private func bytes(_ tensor: Tensor, _ type: ScalarType) -> [UInt8] {
    tensor.array.flatMap { value -> [UInt8] in
      switch type {
      case .bfloat16:
        withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { Array($0) }
      case .float16:
        withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { Array($0) }
      default: withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
    }
  }

  /// The tensor as a weight of a file.
  private func stored(
    _ tensor: Tensor, _ type: ScalarType, onRead: (@Sendable (Int) -> Bool)? = nil
  ) throws -> Weight {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cajal-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // A left-over file harms nobody.
    let path = folder.appending(path: "model.safetensors").path
    let outgoing = OutgoingTensor(
      "w", type: type, shape: tensor.shape, bytes: bytes(tensor, type))
    try SafetensorsWriter.write([outgoing], to: path)
    return Weight(try #require(try Checkpoint.open(path).tensors["w"]), onRead: onRead)
  }

  // MARK: Layouts

  /// [outputs, inputs] by hand, from the file's elements.
  private func matrix(_ tensor: Tensor, _ layout: MatrixLayout) -> [[Float]] {
    let shape = tensor.shape
    switch layout {
    case .outputsFirst:
      return (0..<shape[0]).map { o in (0..<shape[1]).map { tensor[o, $0] } }
    case .inputsFirst:
      return (0..<shape[1]).map { o in (0..<shape[0]).map { tensor[$0, o] } }
    case .headsFirst:
      return (0..<shape[0]).flatMap { h in
        (0..<shape[2]).map { k in (0..<shape[1]).map { tensor[h, $0, k] } }
      }
    }
  }

  @Test(arguments: types, [MatrixLayout.outputsFirst, .inputsFirst, .headsFirst])
  func `a packed weight reads back bit for bit in the file's layout`(
    _ type: ScalarType, _ layout: MatrixLayout
  ) throws {
    let shape = layout == .headsFirst ? [3, 5, 7] : [21, 37]
    let tensor = numbers(shape, type)
    let weight = try stored(tensor, type)
    #expect(weight.type == type)
    #expect(weight.shape == shape)
    #expect(try weight.tensor().isBitEqual(to: tensor))
    let linear = try Linear(weight, layout: layout)
    #expect(linear.matrixValues.array == matrix(tensor, layout).flatMap { $0 })
    let back = try weight.tensor()
    #expect(back.shape == shape)
    #expect(back.isBitEqual(to: tensor), "after packing and releasing the file's pages")
  }

  @Test(arguments: types)
  func `a fused matrix serves as its parts and reads back whole`(_ type: ScalarType) throws {
    // Interleaved by head, as in GPT-NeoX: rows q₀ k₀ v₀ q₁ k₁ v₁ of two components each.
    let tensor = numbers([12, 5], type)
    let weight = try stored(tensor, type)
    let whole = matrix(tensor, .outputsFirst)
    for part in 0..<3 {
      let rows = [2 * part..<2 * part + 2, 6 + 2 * part..<8 + 2 * part]
      let linear = try Linear(weight, rows: rows)
      #expect((linear.outputs, linear.inputs) == (4, 5))
      #expect(linear.matrixValues.array == rows.joined().flatMap { whole[$0] })
      #expect(try weight.tensor().isBitEqual(to: tensor), "after \(part + 1) of 3 parts")
    }
    // A part that was not packed before comes out of the packed ones.
    #expect(try Linear(weight, rows: [1..<3]).matrixValues.array == whole[1] + whole[2])
  }

  @Test(arguments: [MatrixLayout.outputsFirst, .inputsFirst, .headsFirst])
  func `a product is that of the matrix and the bias of its rows`(_ layout: MatrixLayout) throws {
    let shape = layout == .headsFirst ? [2, 2, 2] : [4, 2]
    let tensor = Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: shape)
    let outputs = matrix(tensor, layout)
    let hundreds = (0..<outputs.count).map { Float(100 * $0) }
    let rows = [outputs.count - 1..<outputs.count, 0..<1]
    let bias = Weight("b", Tensor(hundreds, shape: [outputs.count]))
    let linear = try Linear(Weight("w", tensor), rows: rows, layout: layout, bias: bias)
    let x = (0..<linear.inputs).map { Float($0 + 1) }
    let wanted = rows.joined().map { row in
      Float(100 * row) + zip(outputs[row], x).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(linear(Tensor(x, shape: [1, x.count]), try run(1)).array == wanted)
    #expect(linear.biasValues?.array == rows.joined().map { Float(100 * $0) })
  }

  @Test func `a vector that is also used as a matrix keeps its numbers`() throws {
    let tensor = numbers([3, 4], .float32)
    let weight = try stored(tensor, .float32)
    #expect(try weight.vector().isBitEqual(to: tensor))
    #expect(try Linear(weight).matrixValues.isBitEqual(to: tensor))
  }

  @Test func `weights are equal by numbers, whatever their state and type`() throws {
    let tensor = numbers([4, 6], .bfloat16)
    let (wide, narrow) = (try stored(tensor, .float32), try stored(tensor, .bfloat16))
    #expect(try wide.isEqual(to: narrow))
    _ = try Linear(narrow)
    #expect(try narrow.isEqual(to: wide))
    var other = tensor
    other.withMutableFloats { $0[23] += 1 }
    #expect(try !wide.isEqual(to: stored(other, .float32)))
    #expect(try !wide.isEqual(to: stored(tensor.reshaped(6, 4), .float32)))
  }

  @Test(arguments: types)
  func `a number that is not finite is refused with its place`(_ type: ScalarType) throws {
    var tensor = numbers([2, 3], type)
    tensor.withMutableFloats { $0[4] = .infinity }
    let weight = try stored(tensor, type)
    let error = #expect(throws: CheckpointError.self) { try weight.requireFinite() }
    #expect(error?.code == .nonFinite)
    #expect(error?.message.contains("tensor 'w' has at [1, 1]") == true)
  }

  @Test func `packing refuses a number that is not finite, in any part`() throws {
    var tensor = numbers([4, 3], .float32)
    tensor.withMutableFloats { $0[10] = .nan }
    let weight = try stored(tensor, .float32)
    let error = #expect(throws: CheckpointError.self) { try Linear(weight, rows: [0..<1]) }
    #expect(error?.code == .nonFinite)
  }

  @Test func `a load hears once of the bytes it read, and ends where it shall`() throws {
    let heard = Mutex<[Int]>([])
    let tensor = numbers([4, 3], .float32)
    let weight = try stored(tensor, .float32) { bytes in
      heard.withLock { $0.append(bytes) }
      return true
    }
    _ = try (Linear(weight, rows: [0..<1]), Linear(weight, rows: [1..<4]))
    try weight.requireFinite()
    #expect(heard.withLock { $0 } == [48])
    let ended = try stored(tensor, .float32) { _ in false }
    let error = #expect(throws: CheckpointError.self) { try Linear(ended) }
    #expect(error?.code == .interrupted)
  }

  // MARK: Models

  @Test func `a changed model shares every other weight with its original`() throws {
    let model = try TinyModel()
    let edit = Tensor(repeating: 0.25, shape: [4, 4])
    let edited = model.replacing(["1.o": edit])
    for name in model.weights.names {
      let (before, after) = (model.weights[name], edited.weights[name])
      #expect((before === after) == (name != "1.o"), "\(name)")
    }
    #expect(try edited.weights.tensor("1.o")?.isBitEqual(to: edit) == true)
    #expect(try model.weights.tensor("1.o")?.isBitEqual(to: edit) == false)
  }

  @Test func `a changed model computes with the change and the original without`() throws {
    let (model, batch) = (try TinyModel(), try batch(3))
    let plain = try model.logits(batch)
    let silent = model.replacing(["0.o": Tensor(zeros: [4, 4]), "1.o": Tensor(zeros: [4, 4])])
    let trace = try silent.record(batch)
    #expect(trace[.attentionOut, layer: 1]?.array.allSatisfy { $0 == 0 } == true)
    #expect(try !silent.logits(batch).isBitEqual(to: plain))
    #expect(try model.logits(batch).isBitEqual(to: plain))
    let back = silent.replacing([
      "0.o": try #require(try model.weights.tensor("0.o")),
      "1.o": try #require(try model.weights.tensor("1.o")),
    ])
    #expect(try back.logits(batch).isBitEqual(to: plain))
  }

  @Test func `parameters and bytes are counted once a weight`() throws {
    // Two embeddings of 9 × 4; per layer 4 · 4 × 4, 6 × 4 and 4 × 6.
    let weights = try TinyModel().weights
    #expect(weights.parameterCount == 2 * 36 + 2 * (64 + 24 + 24))
    #expect(weights.byteCount == 4 * weights.parameterCount)
    #expect(weights.names.count == 14)
    #expect(try weights.tensor("absent") == nil)
  }
}
