// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation
import Testing

struct SelectionTests {
  /// The row-major offsets a selection picks: those that turn to 1 when it is set to 1.
  private func picked(
    _ selection: String, _ name: Site.Name, _ shape: [Int], _ batch: TokenBatch
  ) throws -> [Int] {
    let site = name.isInLayer ? Site(name, layer: 0) : Site(name)
    let value = try apply(
      .set(Tensor([1], shape: [1])), at: site, Selection(parsing: selection),
      to: Tensor(zeros: shape), batch)
    return value.array.indices.filter { value.array[$0] == 1 }
  }

  // MARK: Text

  @Test(arguments: [
    "", "[head=2]", "[head=2,neuron=0]", "[position=-1]", "[position=0:4]", "[position=2:]",
    "[position=-3:-1]", "[neuron=17+40:44+3]", "[sequence=1,position=0,head=0:2,key=3]",
  ])
  func `a selection reads back from its text and from JSON`(_ text: String) throws {
    let selection = try Selection(parsing: text)
    #expect(selection.description == text)
    let json = try JSONEncoder().encode([selection])
    #expect(try JSONDecoder().decode([Selection].self, from: json) == [selection])
  }

  @Test func `an open beginning is zero`() throws {
    #expect(try Selection(parsing: "[position=:4]") == Selection(parsing: "[position=0:4]"))
  }

  @Test(arguments: [
    ("head=2", "is not of the form [head=2,position=0:4]"), ("[", "is not of the form"),
    ("[]", "is not of the form"), ("[head=2", "is not of the form"),
    ("[head]", "'head' in selection '[head]' is not of the form head=2, once each"),
    ("[head=1=2]", "is not of the form head=2"), ("[head=1,]", "is not of the form head=2"),
    ("[head=1,head=2]", "'head=2' in selection '[head=1,head=2]' is not of the form head=2, once"),
    ("[layer=1]", "'layer' cannot be selected; known are sequence, position, head, neuron, key"),
    ("[head=]", "'' in '' is neither an index nor a range"),
    ("[head=x]", "'x' in 'x' is neither an index nor a range"),
    ("[head=1:2:3]", "'1:2:3' in '1:2:3' is neither"), ("[head=1:x]", "'1:x' in '1:x' is neither"),
    ("[head=1++2]", "'' in '1++2' is neither"), ("[head=1.5]", "'1.5' in '1.5' is neither"),
    ("[head=99999999999999999999]", "is neither an index nor a range"),
  ])
  func `a text that is no selection is refused`(_ text: String, _ message: String) {
    let error = #expect(throws: ModelError.self) { try Selection(parsing: text) }
    #expect(error?.code == .selection)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  // MARK: Indices

  @Test(arguments: [
    ("0", [0]), ("-1", [4]), ("-5", [0]), ("1:3", [1, 2]), ("-2:", [3, 4]), ("-4:-2", [1, 2]),
    ("3+0+3", [0, 3]), ("0:2+1:4", [0, 1, 2, 3]), (":", [0, 1, 2, 3, 4]),
  ])
  func `indices resolve ascending and once`(_ text: String, _ indices: [Int]) throws {
    #expect(try Selection.Indices(parsing: text).resolved(5) == indices)
  }

  @Test(arguments: [
    "5", "-6", "0:6", "3:3", "4:2", "5:", "-9:2", "0+7", "-9223372036854775808",
    "0:9223372036854775807",
  ])
  func `an index outside is not resolved`(_ text: String) throws {
    #expect(try Selection.Indices(parsing: text).resolved(5) == nil)
  }

  @Test func `no index at all is not resolved`() {
    let none: Selection.Indices = []
    #expect(none.resolved(5) == nil)
  }

  // MARK: Axes

  @Test func `positions and neurons of a matrix`() throws {
    let batch = try batch(3)
    #expect(
      try picked("[position=-1,neuron=0+2]", .residualPost, [3, 4], batch) == [8, 10])
    #expect(try picked("", .residualPost, [3, 4], batch) == Array(0..<12))
  }

  @Test func `positions count in their own sequence`() throws {
    let batch = try batch(3, 1, 2)
    #expect(try picked("[position=-1]", .residualPost, [6, 1], batch) == [2, 3, 5])
    #expect(try picked("[position=0]", .residualPost, [6, 1], batch) == [0, 3, 4])
    #expect(try picked("[sequence=-1,position=1]", .residualPost, [6, 1], batch) == [5])
    #expect(try picked("[sequence=0:2]", .residualPost, [6, 1], batch) == [0, 1, 2, 3])
  }

  @Test func `a position only some sequences have picks those`() throws {
    let batch = try batch(3, 1, 2)
    #expect(try picked("[position=1]", .residualPost, [6, 1], batch) == [1, 5])
    #expect(try picked("[position=2]", .residualPost, [6, 1], batch) == [2])
  }

  @Test func `norm denominators have positions alone`() throws {
    #expect(try picked("[position=1]", .attentionNormScale, [5], batch(3, 2)) == [1, 4])
  }

  @Test func `heads and components of queries`() throws {
    // [N, H, K] = [2, 3, 2]: offset (n · 3 + h) · 2 + k.
    let batch = try batch(2)
    #expect(try picked("[head=1]", .query, [2, 3, 2], batch) == [2, 3, 8, 9])
    #expect(
      try picked("[position=1,head=-1,neuron=0]", .query, [2, 3, 2], batch) == [10])
  }

  @Test func `heads, positions and keys of a pattern`() throws {
    // [H, N, longest] = [2, 3, 3]: offset (h · 3 + n) · 3 + key.
    let batch = try batch(3)
    #expect(
      try picked("[head=1,position=2]", .attentionPattern, [2, 3, 3], batch) == [15, 16, 17])
    #expect(
      try picked("[position=-1,key=0]", .attentionPattern, [2, 3, 3], batch) == [6, 15])
    #expect(try picked("[head=0,position=1,key=-1]", .attentionScores, [2, 3, 3], batch) == [5])
  }

  @Test func `keys count from the end of their sequence, not of the longest`() throws {
    let batch = try batch(3, 2)
    // Row 4 is the last of the second sequence; its last key is column 1 of 3.
    #expect(
      try picked("[sequence=1,position=-1,key=-1]", .attentionPattern, [1, 5, 3], batch) == [13])
  }

  @Test(arguments: [
    ("[head=0]", Site.Name.residualPost, [3, 4], "'residualPost.0' has no axis 'head'"),
    ("[key=0]", .query, [3, 2, 2], "'query.0' has no axis 'key'"),
    ("[neuron=0]", .attentionPattern, [2, 3, 3], "'attentionPattern.0' has no axis 'neuron'"),
    ("[neuron=0]", .mlpNormScale, [3], "'mlpNormScale.0' has no axis 'neuron'"),
    ("[neuron=4]", .residualPost, [3, 4], "neuron=4 picks nothing at 'residualPost.0'"),
    ("[head=2]", .query, [3, 2, 2], "head=2 picks nothing at 'query.0', where there are 2"),
    ("[sequence=1]", .residualPost, [3, 4], "sequence=1 picks nothing at 'residualPost.0'"),
    ("[position=3]", .residualPost, [3, 4], "position=3 picks nothing at 'residualPost.0'"),
    ("[key=3]", .attentionScores, [2, 3, 3], "key=3 picks nothing at 'attentionScores.0'"),
  ])
  func `what is not there is refused`(
    _ selection: String, _ name: Site.Name, _ shape: [Int], _ message: String
  ) throws {
    let batch = try batch(3)
    let error = #expect(throws: ModelError.self) { try picked(selection, name, shape, batch) }
    #expect(error?.code == .selection)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `keys need sequences of one length`() throws {
    let batch = try batch(3, 2)
    let error = #expect(throws: ModelError.self) {
      try picked("[key=0]", .attentionPattern, [1, 5, 3], batch)
    }
    #expect(error?.message.contains("add sequence=… to pick one") == true)
  }

  @Test func `an empty list of heads selects nothing and is refused`() throws {
    let batch = try batch(2)
    for selection in [
      Selection(heads: []), Selection(neurons: []), Selection(positions: []),
      Selection(sequences: []),
    ] {
      let error = #expect(throws: ModelError.self) {
        try apply(
          .scale(0), at: Site(.query, layer: 0), selection,
          to: Tensor(repeating: 1, shape: [2, 2, 2]), batch)
      }
      #expect(error?.code == .selection)
    }
  }
}
