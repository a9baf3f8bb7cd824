// SPDX-License-Identifier: Apache-2.0
import Testing

struct OLMo2Tests {
  static let models =
    ReferenceModel.shared("olmo2") + ReferenceModel.fixtures("olmo2")

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models.filter { $0.configuration == "config.json" })
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
