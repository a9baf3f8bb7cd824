// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a person without training in models should know of the weights, in one sentence.
struct WeightRemark {
  /// A matrix that is so many times larger or smaller than is usual for its kind stands out.
  static let factor = 2.0
  /// A share of zeros that stands out.
  static let zeroShare = 0.01

  /// The sentences; empty where there is nothing to compare.
  let text: String

  /// The remark on a survey.
  ///
  /// Each matrix is compared with the median of its kind over all layers; the farthest is named.
  init(_ survey: WeightSurvey) {
    let all = survey.entries.reduce(into: NumberStatistics()) { $0.merge($1.statistics) }
    guard all.rootMeanSquare.isFinite else {
      text = "The weights hold numbers that are not finite; the model cannot work as it is."
      return
    }
    var sentences: [String] = []
    if all.zeroShare > Self.zeroShare {
      sentences.append("\(Quantity.percent(all.zeroShare)) of its weights are exactly zero.")
    }
    if let odd = Self.farthest(survey) {
      let standsOut = max(odd.ratio, 1 / odd.ratio) >= Self.factor
      sentences.append(
        standsOut
          ? "Among its weights, \(odd.name) stands out: its numbers are "
            + "\(Quantity.fixed(odd.ratio, 1)) times the usual size of its kind."
          : "The weights of no layer stand out in size.")
    }
    text = sentences.joined(separator: " ")
  }

  private static func farthest(_ survey: WeightSurvey) -> (name: String, ratio: Double)? {
    var found: (name: String, ratio: Double)?
    for kind in survey.kinds(matrices: true) {
      let entries = survey.entries.filter { $0.place.kind == kind && $0.place.layer != nil }
      let sizes = entries.map(\.statistics.rootMeanSquare).sorted()
      // Of two layers neither is the usual one.
      guard sizes.count > 2, sizes[0] > 0 else { continue }
      let middle = (sizes[(sizes.count - 1) / 2] + sizes[sizes.count / 2]) / 2
      for entry in entries {
        let ratio = entry.statistics.rootMeanSquare / middle
        if abs(log(ratio)) > found.map({ abs(log($0.ratio)) }) ?? 0 {
          found = ("\(kind) of layer \(entry.place.layer ?? 0)", ratio)
        }
      }
    }
    return found
  }
}
