// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A measurement as a script reads it. Times are seconds, rates are a second.
struct MeasurementReport: Codable {
  /// What was measured.
  let subject: String
  /// Threads at most.
  let threads: Int
  /// How much there was to do.
  let sizes: [String: Int]
  /// The best time.
  let seconds: Double?
  /// All times, in order.
  let repetitions: [Double]
  /// Multiplications and additions in products with weights.
  let operations: Double?
  /// Those of a second.
  let operationsPerSecond: Double?
  /// What the machine's own matrix product does in a second, in this process.
  let productRate: Double?
  /// The one divided by the other.
  let shareOfProductRate: Double?
  /// Bytes of weights that had to be read.
  let bytesRead: Double?
  /// Those of a second.
  let bytesPerSecond: Double?
  /// What a plain sum reads in a second, in this process.
  let bandwidth: Double?
  /// The one divided by the other.
  let shareOfBandwidth: Double?
  /// What was recorded, under TransformerLens's names.
  let recorded: [String]
  /// Where asked for.
  let memory: Memory?
  /// Numbers that others must arrive at too.
  let checks: [String: [Double]]

  /// Anonymous memory in bytes.
  struct Memory: Codable {
    /// Before the work, the model loaded.
    let before: Int?
    /// The most during the work.
    let peak: Int?
    /// What the model's weights take in their stored types.
    let weights: Int?
    /// What was recorded.
    let recorded: Int
  }

  /// The report as one line of JSON.
  var line: String { get throws { try JSONLine.text(self) } }
}

/// Lines of JSON, as scripts read them.
enum JSONLine {
  /// A value without line breaks.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
