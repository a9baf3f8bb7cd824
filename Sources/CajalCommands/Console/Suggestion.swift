// SPDX-License-Identifier: Apache-2.0

/// The name somebody may have meant.
enum Suggestion {
  /// The nearest of some names, where one is near.
  static func nearest(to text: String, in names: [String]) -> String? {
    let nearest = names.map { ($0, distance(text.lowercased(), $0)) }.min { $0.1 < $1.1 }
    guard let nearest, nearest.1 <= max(2, text.count / 3) else { return nil }
    return nearest.0
  }

  /// How many letters must be added, removed or changed, or neighbours exchanged.
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.unicodeScalars.prefix(64)), Array(b.unicodeScalars.prefix(64)))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        let changed = rows[i][j] + (a[i] == b[j] ? 0 : 1)
        var best = min(changed, row[j] + 1, rows[i][j + 1] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
