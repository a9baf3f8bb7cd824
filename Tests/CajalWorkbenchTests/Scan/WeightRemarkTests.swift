// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalWorkbench

struct WeightRemarkTests {
  /// Matrices of one kind, each full of one number.
  private func survey(_ values: Float...) -> WeightSurvey {
    WeightSurvey(
      entries: values.enumerated().map { layer, value in
        let numbers = [Float](repeating: value, count: 4)
        return .init(
          place: WeightPlace("model.layers.\(layer).mlp.up.weight", layers: values.count),
          shape: [2, 2], statistics: numbers.withUnsafeBufferPointer { NumberStatistics($0) })
      })
  }

  @Test func `the layer farthest from the median of its kind is named`() {
    #expect(
      WeightRemark(survey(1, 1, 3, 1, 2)).text
        == "Among its weights, mlp.up of layer 2 stands out: its numbers are 3.0 times the usual "
        + "size of its kind.")
    #expect(WeightRemark(survey(4, 4, 4, 1)).text.contains("mlp.up of layer 3 stands out"))
  }

  @Test func `less than twice the usual size is not striking`() {
    #expect(
      WeightRemark(survey(1, 1.9, 1, 0.6)).text == "The weights of no layer stand out in size.")
  }

  @Test func `two layers are not compared`() {
    #expect(WeightRemark(survey(1, 9)).text.isEmpty)
  }

  @Test func `zeros and numbers that are not finite are said`() {
    #expect(
      WeightRemark(survey(0, 1, 1, 1)).text.contains("25.0 % of its weights are exactly zero"))
    #expect(WeightRemark(survey(1, .nan, 1)).text.contains("not finite"))
    #expect(WeightRemark(survey(1, .infinity, 1)).text.contains("not finite"))
  }
}
