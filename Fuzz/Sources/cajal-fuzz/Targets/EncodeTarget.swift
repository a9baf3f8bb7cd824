// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation

extension FuzzTarget {
  /// A text, for every tokenizer of a folder: those of byte-level models give it back.
  static let encode = FuzzTarget(
    "encode",
    preparing: { options in
      let tokenizers = try properties(in: options.tokenizers)
      return { input in
        let text = String(decoding: input, as: UTF8.self)
        for tokenizer in tokenizers { tokenizer.hold(for: text) }
      }
    })

  /// Names of files that begin with `lossless` promise it.
  private static func properties(in folder: URL) throws -> [TokenizerProperties] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let found = try names.filter { $0.hasSuffix(".json") }.map { name in
      let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
      let isLossless = name.hasPrefix("lossless")
      // What stands behind a zero byte belongs to another target.
      return TokenizerProperties(
        try TokenizerPipeline(json: TwoParts.of(bytes).first), isLossless: isLossless,
        isOrdered: isLossless)
    }
    guard !found.isEmpty else { FuzzOptions.refuse("\(folder.path): no tokenizers") }
    return found
  }
}
