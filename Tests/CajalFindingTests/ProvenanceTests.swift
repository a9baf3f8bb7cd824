// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Testing

struct ProvenanceTests {
  @Test func `dates are seconds in UTC`() {
    let record = Provenance(checkpointDigest: "d", version: "1")
    #expect(record.date == nil)
    // 2001-09-09T01:46:40Z is the billionth second of the Unix epoch.
    let dated = record.dated(Date(timeIntervalSince1970: 1_000_000_000.4))
    #expect(dated.date == "2001-09-09T01:46:40Z")
  }

  @Test func `a finding reads its options from its provenance`() {
    let record = Provenance(checkpointDigest: "d", options: ["k": 5], version: "1")
    let finding = Finding(
      card: MethodCard(name: "a", summary: "b", source: "c"), summary: "s", provenance: record)
    #expect(finding.options["k"] == 5)
  }
}
