// SPDX-License-Identifier: Apache-2.0
import Testing

struct Qwen3MoETests {
  static let models =
    ReferenceModel.shared("qwen3-moe")
    + ReferenceModel.fixtures("qwen3-moe")

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models.filter { $0.configuration == "config.json" })
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
