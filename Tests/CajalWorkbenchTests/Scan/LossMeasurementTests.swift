// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalModel
import CajalTestSupport
import CajalText
import Foundation
import Testing

@testable import CajalWorkbench

struct LossMeasurementTests {
  private let folder: TemporaryFolder
  private let context: ScanContext

  init() throws {
    folder = try TemporaryFolder.withStandIn()
    let subject = try Subject.open(folder.url.path)
    context = ScanContext(
      subject: subject, description: ModelDescription(subject), digest: "sha256:0", isStandIn: true,
      ownText: nil, seed: 5, job: .unwatched)
  }

  @Test func `a text is identified by its digest, and in full where it is short`() {
    // The SHA-256 of "abc" is the example of FIPS 180-4.
    let short = NamedText("a", "abc").input
    #expect(
      short.digest == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(short.content == "abc")
    #expect(NamedText("b", String(repeating: "x", count: 2001)).input.content == nil)
  }

  @Test func `windows follow each other, begin with the mark and hold the whole text once`() throws
  {
    let text = String(repeating: "abcde fghij ", count: 60)
    let windows = try TextWindows(text, context.subject)
    #expect(windows.hasMark && windows.length == 256 && !windows.isCut)
    #expect(windows.sequences.map(\.count) == [256, 256, 720 - 2 * 255 + 1])
    #expect(windows.sequences.allSatisfy { $0[0] == 0 })
    #expect(context.subject.tokenizer.decode(windows.textTokens) == text)
  }

  @Test func `a long text is cut and says so`() throws {
    let windows = try TextWindows(String(repeating: "word ", count: 2000), context.subject)
    #expect(windows.isCut && windows.textTokens.count == TextWindows.tokenLimit)
  }

  @Test func `a text of no tokens is refused`() {
    #expect(throws: WorkbenchError.self) { try TextWindows("", context.subject) }
  }

  @Test func `the mean is over every predicted token and lies in its interval`() throws {
    let measurement = try LossMeasurement(SampleText.story, context)
    let windows = measurement.windows
    #expect(measurement.losses.count == windows.sequences.reduce(0) { $0 + $1.count - 1 })
    let scores = try Evaluation(context.subject).scores(windows.sequences)
    #expect(measurement.mean == Evaluation.meanLoss(scores))
    #expect(
      measurement.interval.low < measurement.mean && measurement.mean < measurement.interval.high)
    // 1 800 losses with a deviation near one: the interval is a few hundredths wide, not zero or one.
    #expect((0.01...0.5).contains(measurement.interval.high - measurement.interval.low))
    #expect(measurement.uniform == log(258))
    let again = try LossMeasurement(SampleText.story, context)
    #expect(again.interval == measurement.interval)
  }

  @Test func `guessing by frequency is the entropy of the text's letters`() throws {
    // Every letter is predicted, the first behind the mark: eight a and eight b, one bit each.
    let measurement = try LossMeasurement("abbaabbaabbaabba", context)
    #expect(abs(measurement.unigram - log(2)) < 1e-12)
    let constant = try LossMeasurement("aaaaaaaa", context)
    #expect(constant.unigram == 0)
  }

  @Test func `bins of positions double in width and lose no token`() throws {
    let bins = try LossMeasurement(SampleText.story, context).bins
    #expect(bins.map(\.positions.lowerBound) == [1, 2, 3, 5, 9, 17, 33, 65, 129])
    #expect(bins.last?.positions.upperBound == 255)
    let measurement = try LossMeasurement(SampleText.story, context)
    #expect(bins.reduce(0) { $0 + $1.count } == measurement.losses.count)
    let weighted = bins.reduce(0) { $0 + $1.mean * Double($1.count) }
    #expect(abs(weighted / Double(measurement.losses.count) - measurement.mean) < 1e-9)
  }

  @Test func `pieces of a sequence join to its text`() throws {
    let tokens = try context.subject.tokens(of: "Pip: a boat\n(é)")
    #expect(context.subject.pieces(tokens).joined().hasPrefix("<s>Pip: a boat\n("))
  }
}
