// SPDX-License-Identifier: Apache-2.0

import CajalCheckpoint
import Testing

struct LedgerTests {
  private func ledger(_ values: [String: ConfigurationValue]) -> Ledger<ConfigurationValue> {
    Ledger(values, subject: "config.json", file: "model/config.json")
  }

  @Test func `a ledger of which everything is taken or excused closes`() throws {
    var keys = ledger(["width": 4, "use_cache": true, "act": "silu", "gone": nil])
    #expect(try keys.positive("width") == 4)
    try keys.expect("act", equals: "gelu", "silu")
    keys.excuse("use_cache", because: "the caller decides")
    keys.excuse("not there", because: "nothing happens")
    #expect(try keys.intIfPresent("gone") == nil)
    try keys.close()
    #expect(keys.excused.map(\.name) == ["use_cache"])
    #expect(keys.excused.map(\.reason) == ["the caller decides"])
  }

  @Test func `what is left over is named, eight of it, with the count`() {
    let many = Dictionary(
      uniqueKeysWithValues: (10..<21).map { ("key\($0)", 1 as ConfigurationValue) })
    let message = expectRefusal(.unexpected, "model/config.json", "11 keys", "'key17' and 3 more") {
      try ledger(many).close()
    }
    #expect(!message.contains("key18"))
  }

  @Test func `a missing key is named with what is alike`() {
    expectRefusal(.missing, "'h.0.attn.weight'", "'x.h.0.attn.weight'") {
      var keys = ledger(["x.h.0.attn.weight": 1])
      _ = try keys.take("h.0.attn.weight")
    }
  }

  @Test func `a value is taken once`() {
    expectRefusal(.unexpected, "'a' is asked for twice") {
      var keys = ledger(["a": 1])
      _ = try keys.take("a")
      _ = try keys.take("a")
    }
  }

  @Test func `a prefix is stripped and errors keep the file's names`() {
    var keys = ledger(["transformer.a": 1, "transformer.b": 2, "c": 3, "transformer.": 4])
    let (found, foundOther) = (
      keys.strippingPrefix("transformer."), keys.strippingPrefix("model.")
    )
    #expect(found)
    #expect(!foundOther)
    #expect(keys.names == ["a", "b", "c", "transformer."])
    let taken = keys.takeIfPresent("a")
    #expect(taken == 1)
    keys.excuse("b", because: "known")
    #expect(keys.excused.map(\.name) == ["transformer.b"])
    expectRefusal(.unexpected, "2 keys", "'c'", "'transformer.'") { try keys.close() }
  }

  @Test func `a prefix that would make two names one stays and refuses`() throws {
    var keys = ledger(["model.a": 1, "a": 2])
    keys.strippingPrefix("model.")
    #expect(try keys.take("a") == 2)
    expectRefusal(.unexpected, "'model.a'") { try keys.close() }
  }

  @Test func `names are excused by a condition`() throws {
    var keys = ledger(["h.0.attn.bias": 1, "h.1.attn.bias": 2, "h.0.attn.c_attn.bias": 3])
    keys.excuse(where: { $0.hasSuffix(".attn.bias") }, because: "a mask")
    #expect(keys.names == ["h.0.attn.c_attn.bias"])
  }

  // MARK: Types

  @Test func `values are read by type`() throws {
    var keys = ledger([
      "i": 3, "f": 3.0, "n": 1e-5, "b": false, "s": "x", "is": [1, 2.0], "ns": [1, 0.5],
      "ss": ["a"],
    ])
    #expect(try keys.int("i") == 3)
    #expect(try keys.int("f") == 3)
    #expect(try keys.number("n") == 1e-5)
    #expect(try keys.bool("b") == false)
    #expect(try keys.string("s") == "x")
    #expect(try keys.ints("is") == [1, 2])
    #expect(try keys.numbers("ns") == [1, 0.5])
    #expect(try keys.strings("ss") == ["a"])
    try keys.close()
  }

  @Test func `absent and null keys take the default`() throws {
    var keys = ledger(["null": nil])
    #expect(try keys.int("null", default: 7) == 7)
    #expect(try keys.number("x", default: 0.5) == 0.5)
    #expect(try keys.bool("x", default: true))
    #expect(try keys.string("x", default: "y") == "y")
    #expect(try keys.positive("x", default: 2) == 2)
    #expect(try keys.stringsIfPresent("x") == nil)
    try keys.close()
  }

  @Test func `a value of another kind is refused with what was found`() {
    let values: [String: ConfigurationValue] = [
      "a": "4", "b": 4.5, "c": true, "d": [1, "x"], "e": 1,
    ]
    expectRefusal(.mismatch, "'a' is \"4\"", "whole number") {
      var keys = ledger(values)
      _ = try keys.int("a")
    }
    expectRefusal(.mismatch, "'b' is 4.5") {
      var keys = ledger(values)
      _ = try keys.int("b")
    }
    expectRefusal(.mismatch, "'c'") {
      var keys = ledger(values)
      _ = try keys.number("c")
    }
    expectRefusal(.mismatch, "'d'", "list of whole numbers") {
      var keys = ledger(values)
      _ = try keys.ints("d")
    }
    expectRefusal(.mismatch, "'e'", "true or false") {
      var keys = ledger(values)
      _ = try keys.bool("e")
    }
    expectRefusal(.missing, "'f'") {
      var keys = ledger(values)
      _ = try keys.string("f")
    }
  }

  @Test(arguments: [0, -1, 1 << 31, Int.max, Int.min])
  func `a count that is no count is refused`(count: Int) {
    expectRefusal(.mismatch, "'layers' is \(count)", "outside 1 to 2147483647") {
      var keys = ledger(["layers": .integer(count)])
      _ = try keys.positive("layers")
    }
  }

  @Test func `numbers that are not finite are refused`() {
    for value in [Double.nan, .infinity, -.infinity] {
      expectRefusal(.mismatch, "finite") {
        var keys = ledger(["scale": .number(value)])
        _ = try keys.number("scale")
      }
    }
    expectRefusal(.mismatch, "above 0") {
      var keys = ledger(["scale": 0])
      _ = try keys.positiveNumber("scale")
    }
  }

  @Test func `an unexpected value is refused with the supported ones`() throws {
    expectRefusal(.unsupported, "'act' is \"relu6\"", "supported: \"silu\", \"swish\"") {
      var keys = ledger(["act": "relu6"])
      try keys.expect("act", equals: "silu", "swish")
    }
    var keys = ledger(["one": 1.0, "null": nil])
    try keys.expect("one", equals: 1)
    try keys.expect("null", equals: "silu")
    try keys.expect("absent", equals: false)
    try keys.close()
    expectRefusal(.unsupported, "'kind'") {
      var keys = ledger(["kind": "z"])
      _ = try keys.string("kind", in: ["x", "y"])
    }
  }

  @Test func `what a nested object excuses is told above once it is closed`() throws {
    let values: [String: ConfigurationValue] = [
      "a": .integer(1), "text": .object(["b": .integer(2), "rope": .object(["c": .integer(3)])]),
    ]
    var keys = Ledger(values, subject: "config.json")
    keys.excuse("a", because: "one")
    var text = try keys.nested("text")
    text.excuse("b", because: "two")
    var rope = try text.nested("rope")
    rope.excuse("c", because: "three")
    #expect(keys.excused.map(\.name) == ["a"])
    try rope.close()
    try text.close()
    #expect(keys.excused.map(\.name) == ["a", "text.b", "text.rope.c"])
    #expect(keys.excused.map(\.reason) == ["one", "two", "three"])
  }

  @Test func `what is left in a nested object refuses`() throws {
    let values: [String: ConfigurationValue] = ["rope": ["theta": 10000, "factor": 2]]
    var keys = ledger(values)
    var rope = try keys.nested("rope")
    #expect(try rope.number("theta") == 10000)
    expectRefusal(.unexpected, "config.json: rope", "'factor'") { try rope.close() }
    expectRefusal(.unexpected, "rope", "not read to its end") { try keys.close() }
    #expect(try rope.number("factor") == 2)
    try rope.close()
    try keys.close()
    var absent = ledger(["rope": nil])
    let nothing = try absent.nestedIfPresent("rope")
    #expect(nothing?.names == nil)
  }
}
