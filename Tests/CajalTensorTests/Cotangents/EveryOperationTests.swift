// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalTensor

/// No operation may silently drop the past of a tracked input.
struct EveryOperationTests {
  struct Operation: CustomTestStringConvertible, Sendable {
    let name: String
    let inputs: [Tensor]
    let body: @Sendable ([Tensor]) -> Tensor
    var testDescription: String { name }

    init(
      _ name: String, _ inputs: [Tensor], _ body: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
      self.name = name
      self.inputs = inputs
      self.body = body
    }
  }

  private static let x = Philox.tensor(1, 4, 6)
  private static let y = Philox.tensor(2, 4, 6)
  private static let vector = Philox.tensor(3, 6)
  private static let scale = Tensor([1, 2, 3, 4], shape: [4])
  private static let angles = Tensor(repeating: 0.6, shape: [4, 1])

  static let operations: [Operation] = [
    Operation("+", [x, y]) { $0[0] + $0[1] },
    Operation("-", [x, y]) { $0[0] - $0[1] },
    Operation("*", [x, y]) { $0[0] * $0[1] },
    Operation("*", [x]) { $0[0] * 2 },
    Operation("addingToRows", [x, vector]) { $0[0].addingToRows($0[1]) },
    Operation("multiplyingRows", [x, vector]) { $0[0].multiplyingRows($0[1]) },
    Operation("dividingRows", [x, scale]) { $0[0].dividingRows(by: $0[1]) },
    Operation("activated", [x]) { $0[0].activated(.silu) },
    Operation("gated", [x, y]) { $0[0].gated(by: .silu, linear: $0[1]) },
    Operation("softCapped", [x]) { $0[0].softCapped(2) },
    Operation("exponential", [x]) { $0[0].exponential() },
    Operation("layerNormStatistics", [x]) { $0[0].layerNormStatistics(epsilon: 0.1).mean },
    Operation("layerNormStatistics", [x]) { $0[0].layerNormStatistics(epsilon: 0.1).scale },
    Operation("rootMeanSquareScale", [x]) { $0[0].rootMeanSquareScale(epsilon: 0.1) },
    Operation("normalized", [x, scale, scale]) { $0[0].normalized(mean: $0[1], scale: $0[2]) },
    Operation("affine", [x, vector, vector]) { $0[0].affine(gain: $0[1], bias: $0[2]) },
    Operation("layerNorm", [x, vector, vector]) {
      $0[0].layerNorm(gain: $0[1], bias: $0[2], epsilon: 0.1)
    },
    Operation("rmsNorm", [x, vector]) { $0[0].rmsNorm(gain: $0[1], epsilon: 0.1) },
    Operation("rotated", [x]) {
      $0[0].reshaped(4, 2, 3)
        .rotated(cosine: angles, sine: angles, width: 2, layout: .halves)
    },
    Operation("softmax", [x]) { $0[0].softmax() },
    Operation("logSoftmax", [x]) { $0[0].logSoftmax() },
    Operation("transposed", [x]) { $0[0].transposed() },
    Operation("concatenatedRows", [x, y]) { Tensor.concatenatedRows($0) },
    Operation("concatenatedRows", [x]) { Tensor.concatenatedRows($0) },
    Operation("columns", [x]) { $0[0].columns(1..<3) },
    Operation("gathered", [x]) { $0[0].gathered(rows: [1, 1]) },
    Operation("rows", [x]) { $0[0].rows(1..<3) },
    Operation("reshaped", [x]) { $0[0].reshaped(3, 8) },
    Operation("keepingLargest", [x]) { $0[0].keepingLargest(2, renormalized: true) },
    Operation("picked", [x]) { $0[0].picked(column: 1, rows: [0, 3]) },
    Operation("sum", [x, scale]) {
      Tensor.sum(of: [ScaledRows($0[0], at: [0, 1, 2, 0], scale: $0[1])], rows: 3, width: 6)
    },
  ]

  @Test(arguments: operations)
  func `an operation of a tracked input is tracked and passes back to each`(operation: Operation) {
    for index in operation.inputs.indices {
      var inputs = operation.inputs
      inputs[index] = inputs[index].tracked()
      let result = operation.body(inputs)
      #expect(result.isTracked, "input \(index)")
      let cotangent = Philox(seed: 5).normals(shape: [2] + result.shape)
      let found = pullBack([(result, cotangent)], to: [inputs[index]])[0]
      #expect(found?.shape == [2] + inputs[index].shape, "input \(index)")
      #expect(found?.array.contains { $0 != 0 } ?? false, "input \(index)")
    }
    #expect(!operation.body(operation.inputs).isTracked)
  }

  /// What makes a tensor of no other, of a cotangent or of itself, and what other tests hold to this.
  private static let excused: Set<String> = [
    "tracked", "watched", "derived", "pullBack", "tensor", "normals", "uniforms",
    "unpacked",  // makers
    "divergenceCotangent", "crossEntropyCotangent", "transposedProduct",  // pull-backs themselves
    "multiply", "product", "scores", "pattern", "mix", "fused", "recorded",  // their own tests
  ]

  @Test func `every public operation with a tensor as its result stands in the list`() throws {
    let sources = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/CajalTensor")
    let files = try #require(FileManager.default.enumerator(atPath: sources.path))
    var names: Set<String> = []
    for case let file as String in files
    where file.hasSuffix(".swift") && !file.hasPrefix("Reference/") {
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      let functions = text.matches(
        of: #/public (?:static )?func ([^ (]+) ?\((?:[^{]|\n)*?\) -> ([^{]*?) \{/#)
      for function in functions where function.output.2.contains("Tensor") {
        names.insert(String(function.output.1))
      }
    }
    #expect(names.count > 25)
    let listed = Set(Self.operations.map(\.name)).union(Self.excused)
    #expect(names.subtracting(listed) == [])
    #expect(Set(Self.operations.map(\.name)).subtracting(names) == [])
  }
}
