// SPDX-License-Identifier: Apache-2.0

import CajalCheckpoint
import Foundation
import Testing

struct ConfigurationReaderTests {
  private func read(_ text: String) throws -> ConfigurationValue {
    try ConfigurationReader.read(Array(text.utf8), file: "config.json")
  }

  @Test func `every kind of value is read`() throws {
    let value = try read(
      #" {"a": null, "b": [true, false], "c": -12, "d": 1e-05, "e": "x\n\u00e9\ud83e\udde0/\/"} "#)
    #expect(
      value == [
        "a": nil, "b": [true, false], "c": -12, "d": 1e-05, "e": "x\né🧠//",
      ])
  }

  @Test func `numbers that are not finite are read as Python writes them`() throws {
    guard case .array(let values) = try read("[NaN, Infinity, -Infinity]"), values.count == 3 else {
      Issue.record("no list of three")
      return
    }
    if case .number(let first) = values[0] {
      #expect(first.isNaN)
    } else {
      Issue.record("no number")
    }
    #expect(values[1] == .number(.infinity))
    #expect(values[2] == .number(-.infinity))
  }

  @Test func `whole numbers beyond 64 bits become numbers`() throws {
    #expect(
      try read("[1000000000000000019884624838656, 9223372036854775807]")
        == [.number(1e30), .integer(.max)])
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "[1 2]", "[01]", "[1.]", "[.5]", "[+1]",
    "[1e]", "[--1]", "[-]", "nul", "tru", "[1] 2", "\"\u{1}\"", "\"\\x\"", "\"\\u12\"",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"", "[1e999]", "{\"a\"}", "{\"a\":}",
    "\u{feff}{}", "// no\n1", "[infinity]", "-Inf", "[NaN", "{\"a\":1 \"b\":2}",
  ])
  func `what is not JSON is refused`(text: String) {
    expectRefusal(.malformed, "config.json", "not valid JSON") { try read(text) }
  }

  @Test func `a name twice in one object is refused with its place`() {
    expectRefusal(.malformed, "'width' twice", "line 2, column 10") {
      try read("{\"width\": 1,\n\"width\":2}")
    }
  }

  @Test func `a text that is not UTF-8 is refused`() {
    expectRefusal(.malformed, "UTF-8") { try ConfigurationReader.read([0x22, 0xff, 0x22]) }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func `a nest of 200 000 levels is refused without a crash`(opening: String) {
    expectRefusal(.malformed, "256 levels") {
      try read(String(repeating: opening, count: 200_000))
    }
  }

  @Test func `256 levels are read`() throws {
    let text = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
    #expect(try read(text).json() == text)
  }

  @Test func `a document beyond the limits is refused`() {
    let limits = ConfigurationReader.Limits(bytes: 8, values: 3)
    expectRefusal(.unsupported, "at most 8") {
      try ConfigurationReader.read(Array("[1,2,3,4]".utf8), limits: limits)
    }
    expectRefusal(.malformed, "3 values") {
      try ConfigurationReader.read(Array("[1,2,3]".utf8), limits: limits)
    }
  }

  @Test func `what is written is read back equal`() throws {
    let value: ConfigurationValue = [
      "z": [1, 2.5, nil, true, "q\"\\\n\u{1}ü"], "a": ["nested": [:]], "e": [], "f": 0.1,
    ]
    #expect(try read(value.json()) == value)
    #expect(try read(value.json(indented: true)) == value)
    #expect(value.json().hasPrefix(#"{"a":{"nested":{}},"e":[],"f":0.1,"z":[1,2.5,"#))
  }

  @Test func `Foundation reads what is written`() throws {
    let value: ConfigurationValue = ["name": "ü\u{1}\"/", "n": [1, -2.5e-7]]
    let object = try JSONSerialization.jsonObject(with: Data(value.json(indented: true).utf8))
    let members = try #require(object as? [String: Any])
    #expect(members["name"] as? String == "ü\u{1}\"/")
    #expect(members["n"] as? [Double] == [1, -2.5e-7])
  }
}
