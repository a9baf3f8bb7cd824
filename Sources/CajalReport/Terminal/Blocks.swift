// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Values drawn with block characters.
enum Blocks {
  private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let eighths: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
  private static let shades: [Character] = [" ", "░", "▒", "▓", "█"]

  /// One character a value, its height the value's place in the range; a space where it has none.
  ///
  /// More values than `width` are drawn as means of neighbours.
  static func sparkline(_ values: [Double], width: Int) -> String {
    let cells = means(of: values, count: max(1, width))
    let mapping = ColorMapping(.sequential, covering: cells)
    return String(cells.map { $0.isFinite ? level(mapping.share(of: $0)) : " " })
  }

  /// The block of a share of the full height; a space for none.
  static func level(_ share: Double?) -> Character {
    guard let share else { return " " }
    return levels[max(0, min(7, Int((share * 7).rounded())))]
  }

  /// The shade of a share; a middle dot for none.
  static func shade(_ share: Double?) -> Character {
    guard let share else { return "·" }
    return shades[max(0, min(4, Int((share * 4).rounded())))]
  }

  /// A bar of a share of so many columns, exact to an eighth, filled with spaces.
  static func bar(_ share: Double, columns: Int) -> String {
    guard share.isFinite, columns > 0 else { return String(repeating: " ", count: max(0, columns)) }
    let parts = Int((max(0, min(1, share)) * Double(columns) * 8).rounded())
    // What is not zero is seen.
    let drawn = share > 0 ? max(1, parts) : 0
    var result = String(repeating: "█", count: drawn / 8)
    if drawn % 8 > 0 { result.append(eighths[drawn % 8 - 1]) }
    return result + String(repeating: " ", count: max(0, columns - result.count))
  }

  /// Means of `count` groups of neighbours; the values themselves where there are fewer.
  static func means(of values: [Double], count: Int) -> [Double] {
    guard values.count > count else { return values }
    return (0..<count).map { group in
      let part = values[values.count * group / count..<values.count * (group + 1) / count]
        .filter(\.isFinite)
      return part.isEmpty ? .nan : part.reduce(0) { $0 + $1 / Double(part.count) }
    }
  }
}
