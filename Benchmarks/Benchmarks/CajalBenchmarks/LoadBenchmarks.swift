// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Foundation
import Workloads

/// Making a model of GPT-2 small's shape from its files, beside reading them once.
func loadBenchmarks() {
  Benchmark("ArchitectureCatalogue load 498MB") { benchmark in
    var work = LoadWork(try Folder.gpt2.get().path)
    let weights = try benchmark.measure(&work).checks()["weights"]?[0]
    benchmark.expect(weights == 124_439_808, "GPT-2 small has \(weights ?? .nan) weights")
  } teardown: {
    try Folder.remove()
  }
  Benchmark("File read 498MB") { benchmark in
    var work = try ReadWork(Folder.gpt2.get().path)
    let bytes = try benchmark.measure(&work).checks()["bytes"]?[0] ?? 0
    benchmark.expect(bytes > 4 * 124_439_808, "only \(bytes) bytes were read")
  } teardown: {
    try Folder.remove()
  }
}

/// The files that are loaded, written when the first repetition asks; every benchmark has a process of
/// its own.
private enum Folder {
  static let gpt2 = Result { () throws -> URL in
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "cajal-benchmark-\(UUID().uuidString)")
    try RandomCheckpoint.gpt2().write(to: folder)
    return folder
  }

  static func remove() throws {
    try FileManager.default.removeItem(at: gpt2.get())
  }
}
