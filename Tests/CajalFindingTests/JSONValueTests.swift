// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Testing

struct JSONValueTests {
  private struct Options: Encodable {
    var part = "residualPost"
    var count = 9_007_199_254_740_993
    var threshold = Double.infinity
    var layers = [0, 1]
  }

  @Test func `stored properties become an object, integers exact beyond 2 to the 53`() throws {
    let value = try JSONValue(encoding: Options())
    #expect(value["count"] == .integer(9_007_199_254_740_993))
    #expect(value["count"] != .integer(9_007_199_254_740_992))
    #expect(value["part"] == "residualPost")
    #expect(value["threshold"] == .number(.infinity))
    #expect(value["layers"] == [0, 1])
    #expect(value["absent"] == nil)
  }

  @Test func `one and one point zero are the same number`() {
    #expect(JSONValue.integer(1) == .number(1.0))
    #expect(JSONValue.integer(1) != .number(1.5))
    #expect(JSONValue.number(.nan) == .number(.nan))
    #expect(JSONValue.bool(true) != .integer(1))
  }

  @Test func `plain text is compact and sorted`() {
    let value: JSONValue = ["b": [1, 2.5, nil], "a": "x/y"]
    #expect(value.plainText == "{\"a\":\"x/y\",\"b\":[1,2.5,null]}")
    #expect(JSONValue.string("as is").plainText == "as is")
    #expect(JSONValue.number(.nan).plainText == "\"nan\"")
  }

  @Test func `what has no JSON form is an error`() {
    struct Refusing: Encodable {
      func encode(to encoder: any Encoder) throws { throw CancellationError() }
    }
    let error = #expect(throws: FindingError.self) { try JSONValue(encoding: Refusing()) }
    #expect(error?.code == .unencodable)
  }
}
