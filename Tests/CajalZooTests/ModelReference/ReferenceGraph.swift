// SPDX-License-Identifier: Apache-2.0
import CajalModel

/// A run once more in Float64, as steps that can be run again from any of them with one value moved.
///
/// Adding a step computes it, so that making the graph is the plain run. A later run adds a change to
/// the value of one step and computes only what depends on it. Steps that are held keep the value of
/// the plain run: a frozen attention pattern, a frozen norm scale, a stopped site.
struct ReferenceGraph {
  /// One value, row-major.
  typealias Numbers = [Double]

  /// One step: the earlier steps it reads and what it makes of their values.
  private struct Step {
    let inputs: [Int]
    let compute: ([Numbers]) -> Numbers
  }

  private var steps: [Step] = []
  /// What each step computed in the plain run.
  private(set) var values: [Numbers] = []
  /// The step of each site.
  private(set) var places: [Site: Int] = [:]
  /// The sites in the order of their visits.
  private(set) var sites: [Site] = []
  /// The steps that compute the denominators of norms, with and without sites.
  private(set) var normScales: [Int] = []
  /// The steps that compute attention patterns.
  private(set) var patterns: [Int] = []
  /// Steps that keep their value whatever they read.
  var held = Set<Int>()
  /// What is done to the value of a site before anything reads it.
  let changes: [Site: (Numbers) -> Numbers]
  /// The tokens of the run.
  let batch: TokenBatch
  /// The rotary tables of the run.
  var tables: [ReferenceRotary] = []

  /// A graph without steps.
  init(_ batch: TokenBatch, changes: [Site: (Numbers) -> Numbers] = [:]) {
    self.batch = batch
    self.changes = changes
  }

  /// The value of a site in the plain run.
  subscript(_ site: Site) -> Numbers? { places[site].map { values[$0] } }

  /// Adds a step and computes it.
  mutating func add(_ inputs: [Int], _ compute: @escaping ([Numbers]) -> Numbers) -> Int {
    steps.append(Step(inputs: inputs, compute: compute))
    values.append(compute(inputs.map { values[$0] }))
    return steps.count - 1
  }

  /// Adds a step that reads one value.
  mutating func add(_ input: Int, _ compute: @escaping (Numbers) -> Numbers) -> Int {
    add([input]) { compute($0[0]) }
  }

  /// Adds a step that reads two values.
  mutating func add(
    _ first: Int, _ second: Int, _ compute: @escaping (Numbers, Numbers) -> Numbers
  ) -> Int {
    add([first, second]) { compute($0[0], $0[1]) }
  }

  /// Adds the step of a site, so that the site can be moved without moving what it was computed from.
  mutating func visit(_ name: Site.Name, _ layer: Int?, _ value: Int) -> Int {
    let site = Site(name, layer: layer)
    let step = add(value, changes[site] ?? { $0 })
    places[site] = step
    sites.append(site)
    return step
  }

  /// Notes that a step is the denominator of a norm.
  mutating func noteNormScale(_ step: Int) { normScales.append(step) }
  /// Notes that a step is an attention pattern.
  mutating func notePattern(_ step: Int) { patterns.append(step) }

  /// The value of the last step when `change` is added to the value of `place`.
  func last(adding change: Numbers, at place: Int) -> Numbers {
    var moved: [Int: Numbers] = [place: Self.sum(values[place], change)]
    for index in steps.indices.dropFirst(place + 1) where !held.contains(index) {
      let step = steps[index]
      guard step.inputs.contains(where: { moved[$0] != nil }) else { continue }
      moved[index] = step.compute(step.inputs.map { moved[$0] ?? values[$0] })
    }
    return moved[steps.count - 1] ?? values[steps.count - 1]
  }
}
