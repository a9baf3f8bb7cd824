// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

struct GradientTests {
  static let shared = ReferenceModel.everyShared.filter { $0.configuration == "config.json" }
  static let fixtures = ReferenceModel.everyFixture.filter { $0.configuration == "config.json" }

  @Test(arguments: shared)
  func `gradients at every site are the differences of the reference`(
    _ reference: ReferenceModel
  ) throws {
    let conformance = try GradientConformance(reference)
    try conformance.verify(ReferenceGraph(conformance.model, conformance.batch))
  }

  @Test(arguments: fixtures)
  func `gradients at every site of the fixtures are the differences of the reference`(
    _ reference: ReferenceModel
  ) throws {
    let conformance = try GradientConformance(reference)
    try conformance.verify(
      ReferenceGraph(conformance.model, conformance.batch), coordinates: false)
  }
}
