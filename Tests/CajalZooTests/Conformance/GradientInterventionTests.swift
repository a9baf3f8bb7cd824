// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// Gradients of runs that are changed on the way: the differences of a reference that is changed in
/// the same way, written once more in Float64.
struct GradientInterventionTests {
  typealias Change = ([Double]) -> [Double]

  /// One intervention and what it does.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let intervention: Intervention
    /// From the value of the site, with its number of rows, to the new value.
    let change: @Sendable ([Double], Int) -> [Double]

    init(
      _ name: String, _ site: Site.Name, _ action: Intervention.Action, _ selection: Selection,
      _ change: @escaping @Sendable ([Double], Int) -> [Double]
    ) {
      testDescription = "\(name) at \(site.rawValue)\(selection)"
      intervention = Intervention(action, at: Site(site, layer: 1), selection)
      self.change = change
    }
  }

  /// Two heads of eight components each.
  static let models = GradientTests.fixtures.filter {
    ["gpt2-inner", "llama-biases", "opt-350m"].contains($0.name)
  }

  @Test(arguments: models, cases)
  func `gradients flow through interventions`(_ reference: ReferenceModel, _ test: Case) throws {
    var conformance = try GradientConformance(reference)
    conformance.interventions = [test.intervention]
    let N = conformance.batch.count
    let graph = try conformance.reference(
      changes: [test.intervention.site: { test.change($0, N) }])
    let plain = try conformance.reference()
    #expect(graph[Site(.logits)] != plain[Site(.logits)], "the intervention does nothing")
    conformance.verify(try conformance.differences(graph, coordinates: false))
  }

  @Test(arguments: models)
  func `gradients flow through several interventions at once`(
    _ reference: ReferenceModel
  ) throws {
    var conformance = try GradientConformance(reference)
    let N = conformance.batch.count
    let used = Self.cases.filter { [.attentionOut, .mlpPost].contains($0.intervention.site.name) }
    conformance.interventions = used.map(\.intervention)
    var changes: [Site: Change] = [:]
    for test in used {
      let before = changes[test.intervention.site] ?? { $0 }
      changes[test.intervention.site] = { test.change(before($0), N) }
    }
    conformance.verify(
      try conformance.differences(conformance.reference(changes: changes), coordinates: false))
  }

  // MARK: What is done

  private static let draws = Philox(seed: 11).normals(shape: [3, 16], scale: 0.7)
  private static let first = draws.rows(0..<1).reshaped(16)
  private static let second = draws.rows(1..<2).reshaped(16)

  static let cases: [Case] = [
    Case("set", .mlpPost, .set(Tensor([0.3], shape: [1])), .init(positions: [1], neurons: [2, 5])) {
      changed($0, $1, rows: [1, 8]) { row in
        row[2] = Double(Float(0.3))
        row[5] = Double(Float(0.3))
      }
    },
    Case("add", .attentionOut, .add(first), .init(sequences: [0], positions: [-1, 2])) {
      changed($0, $1, rows: [2, 6]) { row in for k in 0..<16 { row[k] += Double(first[k]) } }
    },
    Case("scale", .headOutput, .scale(-0.5), .init(heads: [1])) {
      changed($0, $1) { row in
        for k in 8..<16 { row[k] *= -0.5 }
      }
    },
    Case("scale", .mlpPost, .scale(1.5), .init(neurons: .init([.range(3, 7)]))) {
      changed($0, $1) { row in for k in 3..<7 { row[k] *= 1.5 } }
    },
    Case("project out", .residualPre, .projectOut(first), .init(positions: [1, 3])) {
      changed($0, $1, rows: [1, 3]) { row in
        let v = first.array.map(Double.init)
        let share = dot(row, v) / dot(v, v)
        for k in 0..<16 { row[k] -= share * v[k] }
      }
    },
    Case(
      "clamp a feature that is on", .residualPost,
      .clamp(Intervention.Feature(encoder: first, bias: 50, decoder: second), to: 2), .all
    ) {
      changed($0, $1) { row in
        let turn = 2 - (dot(row, first.array.map(Double.init)) + 50)
        for k in 0..<16 { row[k] += turn * Double(second[k]) }
      }
    },
    Case(
      "clamp a feature that is off", .residualPost,
      .clamp(Intervention.Feature(encoder: first, bias: -50, decoder: second), to: 2), .all
    ) {
      changed($0, $1) { row in for k in 0..<16 { row[k] += 2 * Double(second[k]) } }
    },
    Case("mean of this run", .attentionOut, .meanAblate(nil), .init(positions: [2])) {
      let (N, mean) = ($1, columnMeans($0, rows: $1))
      return changed($0, N, rows: [2]) { row in row = mean }
    },
    Case("mean of another run", .mlpOut, .meanAblate(draws), .init(positions: [2])) {
      let mean = columnMeans(draws.array.map(Double.init), rows: 3)
      return changed($0, $1, rows: [2]) { row in row = mean }
    },
    Case("rows of this run", .value, .resampleAblate(nil, seed: 5), .init(positions: [2, 4])) {
      let (x, width) = ($0, $0.count / $1)
      var out = x
      for row in [2, 4] {
        let drawn = Int(Philox(seed: 5).integer(UInt64(row), below: UInt64($1)))
        out.replaceSubrange(
          row * width..<(row + 1) * width, with: x[drawn * width..<(drawn + 1) * width])
      }
      return out
    },
    Case(
      "rows of another run", .mlpOut, .resampleAblate(draws, seed: 5), .init(positions: [2, 4])
    ) { x, _ in
      var out = x
      for row in [2, 4] {
        let drawn = Int(Philox(seed: 5).integer(UInt64(row), below: 3))
        out.replaceSubrange(
          row * 16..<(row + 1) * 16, with: draws.rows(drawn..<drawn + 1).array.map(Double.init))
      }
      return out
    },
    Case(
      "scale", .attentionPattern, .scale(0.25), .init(sequences: [0], heads: [0], keys: [0])
    ) { x, _ in
      var out = x  // [H, N, 7]
      for row in 0..<7 { out[row * 7] *= 0.25 }
      return out
    },
  ]

  /// The given rows, by default all, changed one by one.
  private static func changed(
    _ x: [Double], _ count: Int, rows: [Int]? = nil, _ body: (inout [Double]) -> Void
  ) -> [Double] {
    let width = x.count / count
    var out = x
    for row in rows ?? Array(0..<count) {
      var part = Array(x[row * width..<(row + 1) * width])
      body(&part)
      out.replaceSubrange(row * width..<(row + 1) * width, with: part)
    }
    return out
  }

  private static func columnMeans(_ x: [Double], rows: Int) -> [Double] {
    let width = x.count / rows
    return (0..<width).map { column in
      (0..<rows).reduce(0) { $0 + x[$1 * width + column] } / Double(rows)
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
