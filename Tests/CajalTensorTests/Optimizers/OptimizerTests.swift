// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct OptimizerTests {
  // MARK: Against PyTorch

  /// What dev/fixtures/make_optimizer_cases.py wrote: the problem, and torch's walks in float64.
  struct Cases: Decodable {
    struct Case: Decodable {
      struct Step: Decodable {
        let step: Int
        let norm: Double?
        let weight, bias: [Double]
      }
      let optimizer: String
      let lr: Double
      let betas: [Double]?
      let eps, weight_decay, momentum, dampening, largest_norm: Double?
      let nesterov: Bool?
      let steps: [Step]
    }
    let inputs, targets, weight, bias: [Double]
    let cases: [Case]

    static func read() throws -> Cases {
      let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let file = root.appendingPathComponent("dev/fixtures/optimizer-cases.json")
      return try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
    }

    /// The gradients of half the squared errors plus a quarter of their fourth powers.
    func gradients(_ parameters: [String: Tensor]) -> [String: Tensor] {
      let (weight, bias) = (parameters["weight"]?.array ?? [], parameters["bias"]?.array ?? [])
      var (weights, biases) = ([Double](repeating: 0, count: 15), [Double](repeating: 0, count: 3))
      for row in 0..<6 {
        for output in 0..<3 {
          var error = Double(bias[output]) - targets[row * 3 + output]
          for k in 0..<5 { error += inputs[row * 5 + k] * Double(weight[output * 5 + k]) }
          let slope = error + error * error * error
          biases[output] += slope
          for k in 0..<5 { weights[output * 5 + k] += slope * inputs[row * 5 + k] }
        }
      }
      return [
        "weight": Tensor(weights.map { Float($0) }, shape: [3, 5]),
        "bias": Tensor(biases.map { Float($0) }, shape: [3]),
      ]
    }

    var start: [String: Tensor] {
      [
        "weight": Tensor(weight.map { Float($0) }, shape: [3, 5]),
        "bias": Tensor(bias.map { Float($0) }, shape: [3]),
      ]
    }
  }

  private func optimizer(_ options: Cases.Case) -> any Optimizer {
    if options.optimizer == "AdamW" {
      return AdamW(
        learningRate: options.lr, firstDecay: options.betas?[0] ?? 0.9,
        secondDecay: options.betas?[1] ?? 0.999, epsilon: options.eps ?? 1e-8,
        weightDecay: options.weight_decay ?? 0.01, largestNorm: options.largest_norm)
    }
    return SGD(
      learningRate: options.lr, momentum: options.momentum ?? 0,
      dampening: options.dampening ?? 0, weightDecay: options.weight_decay ?? 0,
      nesterov: options.nesterov ?? false, largestNorm: options.largest_norm)
  }

  @Test func `fifty steps follow PyTorch's walks over a small problem`() throws {
    let cases = try Cases.read()
    #expect(cases.cases.count == 7)
    for options in cases.cases {
      let optimizer = optimizer(options)
      Variants.each { variant in
        var (parameters, state) = (cases.start, OptimizerState())
        for step in 1...50 {
          let norm = optimizer.step(
            &parameters, gradients: cases.gradients(parameters), state: &state)
          guard let expected = options.steps.first(where: { $0.step == step }) else { continue }
          let what = "\(variant) \(optimizer) step \(step)"
          expectClose(parameters["weight"]!, expected.weight, tolerance: 1e-6, what)
          expectClose(parameters["bias"]!, expected.bias, tolerance: 1e-6, what)
          #expect((norm == nil) == (expected.norm == nil), "\(what)")
          if let norm, let wanted = expected.norm {
            #expect(abs(norm - wanted) <= 2e-6 * wanted, "\(what): norm \(norm), not \(wanted)")
          }
        }
      }
    }
  }

  // MARK: Against the reference

  @Test(arguments: [1, 15, 16, 17, 100, 70000])
  func `steps equal the Float64 reference at every size`(count: Int) {
    let start = Philox.tensor(1, count)
    let gradients = (0..<3).map { Philox.tensor(UInt64(10 + $0), count) }
    let adam = AdamW(learningRate: 0.01, epsilon: 1e-4, weightDecay: 0.1)
    let descent = SGD(learningRate: 0.01, momentum: 0.7, weightDecay: 0.1, nesterov: true)
    var (adamWalk, walk) = (Reference.Trajectory(start), Reference.Trajectory(start))
    for gradient in gradients {
      let numbers = gradient.array.map(Double.init)
      adamWalk.step(adam, gradient: numbers, scale: 0.5)
      walk.step(descent, gradient: numbers, scale: 0.5)
    }
    Variants.each { variant in
      for (optimizer, expected) in [(adam as any Optimizer, adamWalk), (descent, walk)] {
        var (parameter, entry) = (start, OptimizerState.Entry?.none)
        for gradient in gradients {
          optimizer.update(&parameter, gradient: gradient, scale: 0.5, entry: &entry)
        }
        expectClose(parameter, expected.values, tolerance: 5e-7, "\(variant) \(count)")
      }
    }
  }

  // MARK: Promises

  private static let all: [any Optimizer] = [
    AdamW(largestNorm: 3), SGD(learningRate: 0.1), SGD(learningRate: 0.1, momentum: 0.9),
  ]

  private func walked(
    _ optimizer: any Optimizer, _ steps: Range<Int>, _ parameters: inout [String: Tensor],
    _ state: inout OptimizerState
  ) {
    for step in steps {
      let gradients = [
        "a": Philox.tensor(UInt64(step), 300, 700), "b": Philox.tensor(UInt64(100 + step), 7),
      ]
      optimizer.step(&parameters, gradients: gradients, state: &state)
    }
  }

  private var start: [String: Tensor] {
    ["a": Philox.tensor(1, 300, 700), "b": Philox.tensor(2, 7), "c": Philox.tensor(3, 4)]
  }

  @Test(arguments: Self.all.indices)
  func `threads change no bit, and what has no gradient stays`(index: Int) {
    let results = [1, 2, 5].map { count in
      Threads.with(count: count) {
        var (parameters, state) = (start, OptimizerState())
        walked(Self.all[index], 0..<3, &parameters, &state)
        return parameters
      }
    }
    for name in ["a", "b", "c"] {
      #expect(results[1][name]!.isBitEqual(to: results[0][name]!))
      #expect(results[2][name]!.isBitEqual(to: results[0][name]!))
      #expect(results[0][name]!.isBitEqual(to: start[name]!) == (name == "c"))
    }
  }

  @Test(arguments: Self.all.indices)
  func `training that was written and resumed gives the same bits`(index: Int) throws {
    var (whole, state) = (start, OptimizerState())
    walked(Self.all[index], 0..<4, &whole, &state)
    var (parameters, before) = (start, OptimizerState())
    walked(Self.all[index], 0..<2, &parameters, &before)
    let written = try JSONEncoder().encode(before)
    var after = try JSONDecoder().decode(OptimizerState.self, from: written)
    walked(Self.all[index], 2..<4, &parameters, &after)
    for name in whole.keys { #expect(parameters[name]!.isBitEqual(to: whole[name]!)) }
    #expect(after.entries["a"]?.steps == 4 && after.entries["c"] == nil)
  }

  @Test func `a step changes parameters and moments where they lie`() {
    func addresses(_ tensors: [Tensor]) -> [Int] {
      tensors.map { $0.withFloats { Int(bitPattern: $0.baseAddress) } }
    }
    for optimizer in Self.all {
      var (parameters, state) = (["a": Philox.tensor(1, 40)], OptimizerState())
      let gradients = ["a": Philox.tensor(2, 40)]
      optimizer.step(&parameters, gradients: gradients, state: &state)
      let before = addresses([parameters["a"]!] + state.entries["a"]!.moments)
      optimizer.step(&parameters, gradients: gradients, state: &state)
      #expect(addresses([parameters["a"]!] + state.entries["a"]!.moments) == before)
    }
  }

  @Test func `the norm of gradients is that of all their elements`() {
    let parts = [Philox.tensor(1, 70000), Philox.tensor(2, 3, 5), Tensor(zeros: [0])]
    let sum = parts.flatMap(\.array).reduce(0.0) { $0 + Double($1) * Double($1) }
    Variants.each { variant in
      let norm = GradientNorm.total(parts)
      #expect(abs(norm - sum.squareRoot()) < 1e-12 * norm, "\(variant)")
      #expect(Threads.with(count: 1) { GradientNorm.total(parts) } == norm)
    }
  }
}
