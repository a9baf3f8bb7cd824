// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A measurement that is told what to do, line by line, so that programs can take turns.
enum Dialogue {
  /// Says that the work is ready, then answers every line until "finish" or the end of input.
  static func hold(_ measurement: inout TimedWork) throws {
    try say(["ready": 1])
    while let line = readLine() {
      switch line {
      case "repeat": try say(["seconds": measurement.repeatOnce()])
      case "product": try say(["productRate": measurement.measureProductRate()])
      case "bandwidth": try say(["bandwidth": measurement.measureBandwidth()])
      case "finish":
        print(try measurement.report().line)
        return
      default: try say(["unknown": 1])
      }
    }
    print(try measurement.report().line)
  }

  private static func say(_ answer: [String: Double]) throws {
    print(try JSONLine.text(answer))
    // All streams: the name of this one is not safe in Swift 6.
    fflush(nil)
  }
}
