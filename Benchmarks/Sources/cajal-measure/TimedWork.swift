// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation
import Workloads

/// Work that is done again and again, with its times.
struct TimedWork {
  private let subject: Subject
  private let options: WorkOptions
  private var work: any Work
  private var outcome: Outcome?
  private var seconds: [Double] = []
  private var productRate: Double?
  private var bandwidth: Double?
  private var memory: MeasurementReport.Memory?

  /// Prepares the work and does it once to warm up.
  init(_ subject: Subject, _ options: WorkOptions, memory: Bool) throws {
    (self.subject, self.options) = (subject, options)
    let prepared = try options.prepare(subject)
    work = prepared.work
    guard memory else {
      outcome = try work.perform()
      return
    }
    let before = AnonymousMemory.bytes
    var first = prepared.work
    let (outcome, peak) = try AnonymousMemory.peak { try first.perform() }
    (work, self.outcome) = (first, outcome)
    self.memory = MeasurementReport.Memory(
      before: before, peak: peak, weights: prepared.weightBytes, recorded: outcome.recordedBytes)
  }

  /// Does the work once more; what it led to before is given back first, outside of the time.
  mutating func repeatOnce() throws -> Double {
    outcome = nil
    var found: Outcome?
    let time = try Machine.seconds { found = try work.perform() }
    outcome = found
    seconds.append(time)
    return time
  }

  /// The rate of the machine's own matrix product; the best so far is kept.
  mutating func measureProductRate() -> Double {
    let rate = max(productRate ?? 0, Machine.productRate())
    productRate = rate
    return rate
  }

  /// How fast the machine reads memory; the best so far is kept.
  mutating func measureBandwidth() -> Double {
    let rate = max(bandwidth ?? 0, Machine.readBandwidth())
    bandwidth = rate
    return rate
  }

  /// What of these matters for the work.
  mutating func measureMachine() {
    if work.operations != nil { _ = measureProductRate() }
    if work.bytesRead != nil { _ = measureBandwidth() }
  }

  /// All that is known so far.
  func report() throws -> MeasurementReport {
    let best = seconds.min()
    let rate = work.operations.flatMap { operations in best.map { operations / $0 } }
    let read = work.bytesRead.flatMap { bytes in best.map { bytes / $0 } }
    return MeasurementReport(
      subject: subject.rawValue, threads: options.threads, sizes: work.sizes, seconds: best,
      repetitions: seconds, operations: work.operations, operationsPerSecond: rate,
      productRate: productRate,
      shareOfProductRate: rate.flatMap { rate in productRate.map { rate / $0 } },
      bytesRead: work.bytesRead, bytesPerSecond: read, bandwidth: bandwidth,
      shareOfBandwidth: read.flatMap { read in bandwidth.map { read / $0 } },
      recorded: work.recorded,
      memory: memory, checks: try outcome?.checks() ?? [:])
  }
}
