// SPDX-License-Identifier: Apache-2.0
import Testing

struct StableLMTests {
  static let models =
    ReferenceModel.shared("stablelm")
    + ReferenceModel.fixtures("stablelm")

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models.filter { $0.configuration == "config.json" })
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
