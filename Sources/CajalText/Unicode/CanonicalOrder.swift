// SPDX-License-Identifier: Apache-2.0

/// Brings marks into the order of their combining classes; equal ones keep theirs.
enum CanonicalOrder {
  /// Sorts numbers by their highest byte.
  ///
  /// - Cost: linear; few marks, as texts have them, are sorted in place.
  static func sort(_ marks: inout [UInt32]) {
    if isSorted(marks) { return }
    if marks.count <= 24 {
      for index in 1..<marks.count {
        let mark = marks[index]
        var place = index
        while place > 0, marks[place - 1] >> 24 > mark >> 24 {
          marks[place] = marks[place - 1]
          place -= 1
        }
        marks[place] = mark
      }
      return
    }
    var places = [Int](repeating: 0, count: 257)
    for mark in marks { places[Int(mark >> 24) + 1] += 1 }
    for index in 1..<257 { places[index] += places[index - 1] }
    let unsorted = marks
    for mark in unsorted {
      let key = Int(mark >> 24)
      marks[places[key]] = mark
      places[key] += 1
    }
  }

  private static func isSorted(_ marks: [UInt32]) -> Bool {
    for index in 1..<marks.count where marks[index - 1] >> 24 > marks[index] >> 24 { return false }
    return true
  }
}
