// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench
import Synchronization
import Testing

struct ProgressTests {
  @Test func `share, rate and time left follow from what is done`() {
    let progress = Progress(
      activity: "reading", done: 25, total: 100, unit: "bytes", elapsed: .seconds(5))
    #expect(progress.fraction == 0.25)
    #expect(progress.rate == 5)
    #expect(progress.timeLeft == .seconds(15))
  }

  @Test func `without a total or before the first step there is no time left`() {
    let unknown = Progress(activity: "a", done: 3, total: nil, unit: "", elapsed: .seconds(1))
    #expect(unknown.fraction == nil && unknown.timeLeft == nil)
    let first = Progress(activity: "a", done: 0, total: 9, unit: "", elapsed: .zero)
    #expect(first.fraction == 0 && first.rate == nil && first.timeLeft == nil)
  }

  @Test func `a stage reports its beginning and every step`() throws {
    let seen = Mutex<[Int]>([])
    let stage = try Job(onProgress: { progress in seen.withLock { $0.append(progress.done) } })
      .stage("counting", total: 2)
    try stage.advance(to: 1)
    try stage.advance(to: 2)
    #expect(seen.withLock { $0 } == [0, 1, 2])
  }

  @Test func `an interrupted stage throws before it reports`() {
    let seen = Mutex(0)
    let job = Job(onProgress: { _ in seen.withLock { $0 += 1 } }, isInterrupted: { true })
    let error = #expect(throws: WorkbenchError.self) { try job.stage("never") }
    #expect(error?.code == .interrupted)
    #expect(seen.withLock { $0 } == 0)
  }
}

struct QuantityTests {
  @Test func `numbers read well whatever their size`() {
    #expect(Quantity.grouped(0) == "0" && Quantity.grouped(1_234_567) == "1,234,567")
    #expect(Quantity.grouped(-1234) == "-1,234" && Quantity.grouped(Int.min).hasPrefix("-9,223"))
    #expect(Quantity.short(999.9) == "1.00 k" && Quantity.short(264_128) == "264 k")
    #expect(Quantity.short(1.236e9) == "1.24 G" && Quantity.short(7) == "7.00")
    #expect(Quantity.bytes(1023) == "1023 B" && Quantity.bytes(1024) == "1.00 KiB")
    #expect(Quantity.bytes(1 << 30) == "1.00 GiB")
    #expect(Quantity.time(.seconds(12)) == "12 s" && Quantity.time(.seconds(200)) == "3 min 20 s")
    #expect(Quantity.time(.seconds(7500)) == "2 h 5 min")
    #expect(Quantity.percent(0.423) == "42.3 %" && Quantity.percent(0.0003) == "0.030 %")
    #expect(Quantity.percent(2e-7) == "2e-05 %" && Quantity.percent(0) == "0.0 %")
  }
}
