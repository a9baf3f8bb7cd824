// SPDX-License-Identifier: Apache-2.0

/// A piece of work that tells how far it is and stops when it is asked to.
///
/// Work is divided into stages. Each stage counts its units and, at every step, hands a ``Progress`` to
/// whoever listens and looks whether it shall end.
public struct Job: Sendable {
  private let listen: @Sendable (Progress) -> Void
  private let isInterrupted: @Sendable () -> Bool

  /// A job with a listener and a question that is asked between steps.
  public init(
    onProgress listen: @escaping @Sendable (Progress) -> Void = { _ in },
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.listen = listen
    self.isInterrupted = isInterrupted
  }

  /// A job that nobody watches and nobody stops.
  public static let unwatched = Job()

  /// The same job with nobody told how far it is; it can still be stopped.
  public var silent: Job { Job(isInterrupted: isInterrupted) }

  /// Begins a stage, such as "reading weights", of `total` units; nil where nobody knows.
  public func stage(_ activity: String, total: Int? = nil, unit: String = "") throws(WorkbenchError)
    -> Stage
  {
    let stage = Stage(job: self, activity: activity, total: total, unit: unit)
    try stage.advance(to: 0)
    return stage
  }

  /// Ends the work here when somebody asked for it.
  ///
  /// - Throws: ``WorkbenchError`` with code `interrupted`.
  public func checkInterruption() throws(WorkbenchError) {
    if isInterrupted() { throw WorkbenchError(.interrupted, "interrupted; nothing was written") }
  }

  fileprivate func report(_ progress: Progress) throws(WorkbenchError) {
    try checkInterruption()
    listen(progress)
  }
}

/// One stage of a job.
public struct Stage: Sendable {
  fileprivate let job: Job
  fileprivate let activity: String
  fileprivate let total: Int?
  fileprivate let unit: String
  private let start = ContinuousClock.now

  fileprivate init(job: Job, activity: String, total: Int?, unit: String) {
    self.job = job
    self.activity = activity
    self.total = total
    self.unit = unit
  }

  /// Says that `done` units are done.
  ///
  /// - Throws: ``WorkbenchError`` with code `interrupted` where the work shall end.
  public func advance(to done: Int) throws(WorkbenchError) {
    try job.report(
      Progress(
        activity: activity, done: done, total: total, unit: unit, elapsed: start.duration(to: .now))
    )
  }
}
