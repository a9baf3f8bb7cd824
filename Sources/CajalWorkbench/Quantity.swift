// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Numbers as people read them in a line of text.
public enum Quantity {
  /// `1,234,567`.
  public static func grouped(_ count: Int) -> String {
    var digits = String(count.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (count < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// Three digits and a letter: `264 k`, `1.24 G`.
  public static func short(_ value: Double) -> String {
    for (scale, letter) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    where value.magnitude >= 0.9995 * scale {
      return digits(value / scale) + " " + letter
    }
    return digits(value)
  }

  /// Bytes in units of 1024: `1.01 MiB`.
  public static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), "B")
    for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1023.5 {
      (value, unit) = (value / 1024, next)
    }
    return (unit == "B" ? "\(count)" : digits(value)) + " " + unit
  }

  /// `12 s`, `3 min 20 s`, `2 h 5 min`.
  public static func time(_ duration: Duration) -> String {
    let seconds = Int((duration / .seconds(1)).rounded())
    switch seconds {
    case ..<60: return "\(max(0, seconds)) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }

  /// A number with a fixed count of decimals, whatever the locale.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// A share as a percentage: `42.3 %`; small ones keep two digits.
  public static func percent(_ share: Double) -> String {
    let percent = share * 100
    if percent == 0 || percent >= 0.1 { return fixed(percent, 1) + " %" }
    return percent >= 0.001 ? fixed(percent, 3) + " %" : String(format: "%.0e", percent) + " %"
  }

  private static func digits(_ value: Double) -> String {
    let magnitude = value.magnitude
    return fixed(value, magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
  }
}
