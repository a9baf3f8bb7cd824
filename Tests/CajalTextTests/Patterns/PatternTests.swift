// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CajalText

struct PatternTests {
  @Test func `a pattern compiles and a broken one is refused`() throws {
    #expect(throws: TextError.self) { try Pattern("(", syntax: .oniguruma) }
  }
}
