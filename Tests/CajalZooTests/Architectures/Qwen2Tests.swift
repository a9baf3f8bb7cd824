// SPDX-License-Identifier: Apache-2.0
import Testing

struct Qwen2Tests {
  static let models =
    ReferenceModel.shared("qwen2") + ReferenceModel.fixtures("qwen2")

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models.filter { $0.configuration == "config.json" })
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
