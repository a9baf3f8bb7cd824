// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalZoo
import Testing

/// Gradients of the loss by every weight, under the checkpoint's names, in its layout.
struct GradientWeightTests {
  /// Of max(largest of the tensor, 1 % of the model's largest gradient): some gradients are zero in
  /// exact arithmetic, as that of a bias of all keys.
  static let tolerance = 1e-4

  /// The golden gradients are those of the reference implementation in float64.
  @Test(arguments: ReferenceModel.everyShared)
  func `gradients of all weights are the reference implementation's`(
    _ reference: ReferenceModel
  ) throws {
    let (model, expected) = (try reference.load(), try reference.expected())
    let found = try Self.gradients(model, expected)
    let names = expected.names.filter { $0.hasPrefix("grad.") }.map { String($0.dropFirst(5)) }
    #expect(names == model.weights.names, "\(reference): expected and known weights differ")
    #expect(Set(found.names).isSubset(of: names))
    let wanted = try names.map { try #require(try expected.tensor("grad." + $0)) }
    let largest = wanted.map(\.largestMagnitude).max() ?? 0
    for (name, wanted) in zip(names, wanted) {
      let gradient = try Self.gradient(name, found, model)
      #expect(gradient.shape == wanted.shape)
      let allowed = Self.tolerance * Double(max(wanted.largestMagnitude, 0.01 * largest))
      let worst = zip(gradient.array, wanted.array).reduce(0) { max($0, abs(Double($1.0 - $1.1))) }
      #expect(worst <= allowed, "\(reference): the gradient of \(name) is \(worst) away")
      let wrong = (gradient * 0.99).array
      let seen = zip(wrong, wanted.array).contains { abs(Double($0 - $1)) > allowed }
      #expect(
        seen || wanted.largestMagnitude < 0.02 * largest, "\(reference): \(name) is not tested")
    }
  }

  /// The golden numbers are those of transformers and TransformerLens in float64, written by the
  /// scripts in `dev/fixtures`.
  @Test(arguments: ReferenceModel.everyFixture)
  func `gradients of all weights of every variant are the reference implementation's`(
    _ reference: ReferenceModel
  ) throws {
    let model = try reference.load()
    let found = try Self.gradients(model, reference.expected())
    let wanted = try GradientDigest.read(reference.folder)
    // A tied copy of the embedding is read, compared and let go.
    let copies = Set(wanted.keys).subtracting(model.weights.names)
    #expect(copies.isSubset(of: ["lm_head.weight"]), "\(reference): \(copies) are not read")
    let largest = wanted.values.map(\.length).max() ?? 0
    for name in model.weights.names {
      let wanted = try #require(wanted[name], "\(reference): nothing is expected of \(name)")
      let gradient = try Self.gradient(name, found, model)
      let distance = GradientDigest(of: gradient.array.map(Double.init)).distance(to: wanted)
      #expect(
        distance <= Self.tolerance * max(wanted.length, 0.01 * largest),
        "\(reference): the gradient of \(name) is \(distance) away, its length \(wanted.length)")
    }
  }

  /// The first draws from seed 0 as the generator's authors publish them.
  @Test func `directions of signs are drawn as the scripts draw them`() {
    #expect(
      (0..<3).map { GradientDigest.draw($0) }
        == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    #expect((0..<3).map { GradientDigest.sign(0, $0) } == [-1, 1, 1])
  }

  private static func gradients(
    _ model: any LanguageModel, _ expected: Expected
  ) throws -> WeightGradients {
    var options = RunOptions()
    let gradients = WeightGradients()
    options.weightGradients = gradients
    let loss = try model.gradients(of: .loss, expected.batch, at: [], options: options).value
    let wanted = Double(try #require(try expected.tensor("loss")?.array.first))
    #expect(abs(loss - wanted) <= Double(referenceTolerance) * abs(wanted))
    return gradients
  }

  /// One gradient in the weight's shape; zeros where nothing arrived.
  private static func gradient(
    _ name: String, _ gradients: WeightGradients, _ model: any LanguageModel
  ) throws -> Tensor {
    let shape = try #require(model.weights[name]).shape
    return gradients[name]?.reshaped(shape) ?? Tensor(zeros: shape)
  }
}

extension Tensor {
  /// The largest magnitude of an element.
  fileprivate var largestMagnitude: Float { array.reduce(0) { max($0, abs($1)) } }
}
