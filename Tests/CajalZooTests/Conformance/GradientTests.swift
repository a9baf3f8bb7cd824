// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

struct GradientTests {
  static let shared = ReferenceModel.everyShared.filter { $0.configuration == "config.json" }
  static let fixtures = ReferenceModel.everyFixture.filter { $0.configuration == "config.json" }

  @Test(arguments: shared)
  func `gradients at every site are the differences of the Float64 reference`(
    _ reference: ReferenceModel
  ) throws {
    let conformance = try GradientConformance(reference)
    let differences = try conformance.differences(conformance.reference())
    conformance.verify(differences)
    conformance.verifySensitivity(differences)
    try conformance.verifyFused()
  }

  @Test(arguments: fixtures)
  func `gradients of every variant are the differences of the Float64 reference`(
    _ reference: ReferenceModel
  ) throws {
    let conformance = try GradientConformance(reference)
    conformance.verify(
      try conformance.differences(conformance.reference(), coordinates: false))
    try conformance.verifyFused()
  }
}
