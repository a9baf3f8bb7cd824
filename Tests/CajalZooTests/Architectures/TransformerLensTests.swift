// SPDX-License-Identifier: Apache-2.0
import Testing

struct TransformerLensTests {
  static let models =
    ReferenceModel.fixtures("tl")

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models)
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
