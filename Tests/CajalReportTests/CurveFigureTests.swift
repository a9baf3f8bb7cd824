// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Testing

@testable import CajalReport

struct CurveFigureTests {
  @Test func `long names of lines stand above a curve, uncut`() throws {
    func source(_ name: String) -> String {
      CurveFigure(
        curve: .init(
          title: "t", caption: "", x: Axis("x"), y: Axis("y"),
          series: [.init(name, y: [1, 2]), .init("b", y: [2, 1])])
      ).body.source
    }
    let long = "post_attention_layernorm.of.a.long.name"
    #expect(source(long).contains("class=\"legend \"") && !source(long).contains("…"))
    #expect(!source(long).contains(">\(long)</text>"))
    #expect(source("a").contains("class=\"legend narrow\"") && source("a").contains(">a</text>"))
  }
}
