// SPDX-License-Identifier: Apache-2.0
import Testing

struct Phi3Tests {
  static let models =
    ReferenceModel.shared("phi3") + ReferenceModel.fixtures("phi3")

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models.filter { $0.configuration == "config.json" })
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
