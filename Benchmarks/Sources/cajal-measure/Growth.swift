// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Workloads

/// Time and memory of many sizes of the same work.
struct Growth: Codable {
  /// What the weights take, in bytes.
  var weights = 0
  /// All points, in the order in which they were measured.
  var points: [Point] = []

  /// Nothing yet.
  init() {}

  /// What another run has written.
  init(reading file: URL) throws {
    self = try JSONDecoder().decode(Growth.self, from: Data(contentsOf: file))
  }

  /// One size.
  struct Point: Codable {
    /// What was done.
    let work: Work
    /// Tokens of the one sequence.
    let tokens: Int
    /// Threads at most.
    let threads: Int
    /// The best time.
    var seconds = Double.nan
    /// The most anonymous memory, in bytes, that of the weights included; nil where the system does
    /// not tell.
    var peak: Int?

    /// Work of a size, not yet measured.
    init(_ work: Work, tokens: Int, threads: Int) {
      (self.work, self.tokens, self.threads) = (work, tokens, threads)
    }
  }

  /// What grows.
  enum Work: String, Codable, CaseIterable {
    /// A forward pass of which nothing is kept but the logits.
    case plain
    /// One whose residual stream is kept.
    case residuals
    /// One of which everything is kept but scores and patterns of attention.
    case withoutAttention = "without-attention"
    /// One of which everything is kept.
    case all
    /// Forward pass and pull-back of the loss to all weights.
    case gradients

    /// What people call it.
    var label: String {
      switch self {
      case .plain: "forward"
      case .residuals: "residuals recorded"
      case .withoutAttention: "all but attention"
      case .all: "all recorded"
      case .gradients: "gradients"
      }
    }
  }
}

// MARK: - What is measured
extension Growth {
  /// Every work at every power of two from 16 on with two threads, and three of them with one.
  static func plan(longest: Int) -> [Point] {
    let sizes = (4...20).map { 1 << $0 }.filter { $0 <= longest }
    return sizes.flatMap { tokens in
      Work.allCases.map { Point($0, tokens: tokens, threads: 2) }
        + byThreads.map { Point($0, tokens: tokens, threads: 1) }
    }
  }

  /// The work that is measured with one thread too.
  private static let byThreads: [Work] = [.plain, .all, .gradients]
}

extension Growth.Point {
  /// How this program is asked to measure it.
  func arguments(model: String, repetitions: Int) -> [String] {
    let subject =
      switch work {
      case .plain: ["forward", model, "--record", ForwardWork.Recording.none.rawValue]
      case .residuals: ["forward", model, "--record", ForwardWork.Recording.residuals.rawValue]
      case .withoutAttention:
        ["forward", model, "--record", ForwardWork.Recording.withoutAttention.rawValue]
      case .all: ["forward", model, "--record", ForwardWork.Recording.all.rawValue]
      case .gradients: ["gradients", model]
      }
    return subject + [
      "--tokens", "\(tokens)", "--threads", "\(threads)", "--repetitions", "\(repetitions)",
      "--memory", "--no-machine",
    ]
  }

  /// The names of the columns of `row`.
  static let header = "work, tokens, threads, seconds, peak of anonymous memory in megabytes"

  /// The point as one line.
  var row: String {
    let megabytes = peak.map { "\($0 / 1_000_000)" } ?? "unknown"
    return "\(work.rawValue), \(tokens), \(threads), \(seconds), \(megabytes)"
  }
}

// MARK: - What is drawn
extension Growth {
  /// The figures, by the names of their files.
  var figures: [(name: String, curve: Evidence.Curve)] {
    [("time", timeByThreads), ("recording", timeByRecording), ("memory", memory)]
  }

  private static let tokens = Axis("tokens", scale: .logarithmic)
  private static let recordings: [Work] = [.plain, .residuals, .withoutAttention, .all]

  private var timeByThreads: Evidence.Curve {
    Evidence.Curve(
      title: "Time over tokens and threads",
      caption: "The best of several runs of a model of GPT-2 small's shape over one sequence.",
      x: Self.tokens, y: Axis("time", unit: "s", scale: .logarithmic),
      series: Self.byThreads.flatMap { work in
        [1, 2].map { threads in
          let name = threads == 1 ? "1 thread" : "2 threads"
          return series("\(work.label), \(name)", work, threads: threads) { $0.seconds }
        }
      })
  }

  private var timeByRecording: Evidence.Curve {
    Evidence.Curve(
      title: "Time over tokens and recorded sites",
      caption: "A forward pass with two threads, by what is kept of it.", x: Self.tokens,
      y: Axis("time", unit: "s", scale: .logarithmic),
      series: Self.recordings.map { series($0.label, $0, threads: 2) { $0.seconds } })
  }

  private var memory: Evidence.Curve {
    Evidence.Curve(
      title: "Memory over tokens and recorded sites",
      caption: "The most anonymous memory, that of the weights included.", x: Self.tokens,
      y: Axis("memory", unit: "MB", scale: .logarithmic),
      series: Work.allCases.map { work in
        series(work.label, work, threads: 2) { $0.peak.map { Double($0) / 1e6 } ?? .nan }
      }, baselines: [Baseline("weights", (Double(weights) / 1e6).rounded())])
  }

  private func series(
    _ label: String, _ work: Work, threads: Int, _ value: (Point) -> Double
  ) -> Evidence.Curve.Series {
    let points = points.filter { $0.work == work && $0.threads == threads }
    return Evidence.Curve.Series(
      label, x: points.map { Double($0.tokens) }, y: points.map(value))
  }
}
