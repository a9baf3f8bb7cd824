// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

struct TransformerLensTests {
  static let models =
    ReferenceModel.fixtures("tl").filter { !refused.contains($0.folder.lastPathComponent) }
  /// Settings that are not implemented.
  static let refused: Set = ["tl-shortformer"]

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models.filter { $0.configuration == "config.json" })
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }

  @Test(
    arguments: ReferenceModel.fixtures("tl").filter {
      refused.contains($0.folder.lastPathComponent)
    })
  func `refuses by name what is not implemented`(_ reference: ReferenceModel) throws {
    #expect {
      try reference.load()
    } throws: {
      "\($0)".contains("'positional_embedding_type' is \"shortformer\"")
    }
  }
}
