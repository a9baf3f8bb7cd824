// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

struct TransformerLensTests {
  static let models =
    ReferenceModel.fixtures("tl").filter { !refused.contains($0.folder.lastPathComponent) }
  /// Settings that are not implemented.
  static let refused: Set = ["tl-shortformer", "tl-solu", "tl-solu-pre"]

  @Test(arguments: models)
  func `equals the reference implementation`(_ reference: ReferenceModel) throws {
    try reference.verifyAgainstReference()
  }

  @Test(arguments: models)
  func `keeps what every architecture must keep`(_ reference: ReferenceModel) throws {
    try ArchitectureConformance(reference).verify()
  }
}
