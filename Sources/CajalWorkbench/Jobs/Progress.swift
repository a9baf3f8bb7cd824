// SPDX-License-Identifier: Apache-2.0

/// How far a stage of a job is.
public struct Progress: Sendable, Equatable {
  /// What is being done: "reading weights".
  public var activity: String
  /// Units that are done.
  public var done: Int
  /// Units in all, where that is known.
  public var total: Int?
  /// What is counted: "tokens", "bytes".
  public var unit: String
  /// The time since the stage began.
  public var elapsed: Duration

  /// A moment of a stage.
  public init(activity: String, done: Int, total: Int?, unit: String, elapsed: Duration) {
    self.activity = activity
    self.done = done
    self.total = total
    self.unit = unit
    self.elapsed = elapsed
  }

  /// The share that is done, 0 to 1, where the total is known.
  public var fraction: Double? {
    total.map { $0 > 0 ? min(1, Double(done) / Double($0)) : 1 }
  }

  /// Units a second since the stage began; nil before the first.
  public var rate: Double? {
    let seconds = elapsed / .seconds(1)
    return done > 0 && seconds > 0 ? Double(done) / seconds : nil
  }

  /// The time the rest takes at the rate so far.
  public var timeLeft: Duration? {
    guard let rate, let total else { return nil }
    return .seconds(Double(max(0, total - done)) / rate)
  }
}
