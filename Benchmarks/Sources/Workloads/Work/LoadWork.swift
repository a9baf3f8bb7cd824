// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalZoo
import Foundation

/// Making a model from its files.
package struct LoadWork: Work {
  private let path: String

  /// From a folder or a file.
  package init(_ path: String) { self.path = path }

  package var sizes: [String: Int] { [:] }

  package func perform() throws -> Outcome {
    let model = try ArchitectureCatalogue.load(Checkpoint.open(path)).model
    return Outcome { ["weights": [Double(model.weights.parameterCount)]] }
  }
}

/// Reading the same files once from beginning to end, as fast as one thread copies them: what no
/// program that keeps weights in its own memory can be faster than.
package struct ReadWork: Work {
  private let files: [URL]

  /// The weights of a checkpoint.
  package init(_ path: String) throws { files = try Checkpoint.open(path).files }

  package var sizes: [String: Int] { [:] }

  package func perform() throws -> Outcome {
    var total = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 22)
    for file in files {
      guard let stream = fopen(file.path, "rb") else { throw CocoaError(.fileReadUnknown) }
      defer { fclose(stream) }
      setvbuf(stream, nil, _IONBF, 0)
      while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { total += count }
    }
    return Outcome { ["bytes": [Double(total)]] }
  }
}
