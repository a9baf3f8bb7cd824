// SPDX-License-Identifier: Apache-2.0

/// Python's `strftime` on Linux, in English: the codes of the C library with their flags and widths.
///
/// - Source: <https://docs.python.org/3.11/library/datetime.html#strftime-and-strptime-format-codes>,
///   `strftime(3)` of the GNU C library.
struct TimeFormat {
  private let moment: TemplateMoment

  private static let days = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  static func filled(
    _ format: Text, with moment: TemplateMoment, in rendering: Rendering
  ) throws(TextError) -> Text {
    var result: [Unicode.Scalar] = []
    let source = format.scalars
    var index = 0
    while index < source.count {
      guard source[index] == "%", index + 1 < source.count else {
        result.append(source[index])
        index += 1
        continue
      }
      let start = index
      index += 1
      var flags: [Unicode.Scalar] = []
      while index < source.count, "-_0^#".unicodeScalars.contains(source[index]) {
        flags.append(source[index])
        index += 1
      }
      var width = 0
      while index < source.count, ("0"..."9").contains(source[index]) {
        width = min(width * 10 + Int(source[index].value - 0x30), FormatSpecification.limit)
        index += 1
      }
      guard index < source.count, let field = TimeFormat(moment: moment).field(source[index]) else {
        index = min(index + 1, source.count)
        result += source[start..<index]
        continue
      }
      index += 1
      try rendering.spend(scalars: width + 32)
      result += field.text(flags: flags, width: width).unicodeScalars
    }
    try rendering.spend(scalars: result.count)
    return Text(result)
  }

  /// What a code stands for: a text, or a number with its usual width.
  private enum Field {
    case text(String)
    case number(Int, width: Int, filler: Character = "0")

    func text(flags: [Unicode.Scalar], width: Int) -> String {
      var (text, filler, usual): (String, Character, Int) =
        switch self {
        case .text(let text): (text, " ", 0)
        case .number(let number, let width, let filler): (String(number), filler, width)
        }
      for flag in flags {
        switch flag {
        case "-": usual = 0
        case "_": filler = " "
        case "0": filler = "0"
        case "^": text = text.uppercased()
        default: text = text == "AM" || text == "PM" ? text.lowercased() : text.uppercased()
        }
      }
      let missing = max(width, usual) - text.count
      guard missing > 0 else { return text }
      let sign = text.hasPrefix("-") && filler == "0" ? "-" : ""
      return sign + String(repeating: filler, count: missing) + text.dropFirst(sign.count)
    }
  }

  private func field(_ code: Unicode.Scalar) -> Field? {
    switch code {
    case "a": .text(String(Self.days[moment.weekday].prefix(3)))
    case "A": .text(Self.days[moment.weekday])
    case "b", "h": .text(String(Self.months[moment.month - 1].prefix(3)))
    case "B": .text(Self.months[moment.month - 1])
    case "c": .text(composed(["a", " ", "b", " ", "e", " ", "T", " ", "Y"]))
    case "D", "x": .text(composed(["m", "/", "d", "/", "y"]))
    case "F": .text(composed(["Y", "-", "m", "-", "d"]))
    case "p": .text(moment.hour < 12 ? "AM" : "PM")
    case "P": .text(moment.hour < 12 ? "am" : "pm")
    case "r": .text(composed(["I", ":", "M", ":", "S", " ", "p"]))
    case "R": .text(composed(["H", ":", "M"]))
    case "T", "X": .text(composed(["H", ":", "M", ":", "S"]))
    case "n": .text("\n")
    case "t": .text("\t")
    case "%": .text("%")
    case "z", "Z": .text("")
    default: number(code)
    }
  }

  /// Codes and the marks between them.
  private func composed(_ parts: [Unicode.Scalar]) -> String {
    parts.map { part in
      part.properties.isAlphabetic
        ? field(part)?.text(flags: [], width: 0) ?? "" : String(part)
    }.joined()
  }

  private func number(_ code: Unicode.Scalar) -> Field? {
    let hour = (moment.hour + 11) % 12 + 1
    let week = isoWeek
    return switch code {
    case "C": .number(moment.year / 100, width: 2)
    case "d": .number(moment.day, width: 2)
    case "e": .number(moment.day, width: 2, filler: " ")
    case "f": .number(moment.microsecond, width: 6)
    case "g": .number(week.year % 100, width: 2)
    case "G": .number(week.year, width: 0)
    case "H": .number(moment.hour, width: 2)
    case "I": .number(hour, width: 2)
    case "j": .number(moment.dayOfYear + 1, width: 3)
    case "k": .number(moment.hour, width: 2, filler: " ")
    case "l": .number(hour, width: 2, filler: " ")
    case "m": .number(moment.month, width: 2)
    case "M": .number(moment.minute, width: 2)
    case "s": .number(secondsSince1970, width: 0)
    case "S": .number(moment.second, width: 2)
    case "u": .number((moment.weekday + 6) % 7 + 1, width: 0)
    case "U": .number((moment.dayOfYear + 7 - moment.weekday) / 7, width: 2)
    case "V": .number(week.number, width: 2)
    case "w": .number(moment.weekday, width: 0)
    case "W": .number((moment.dayOfYear + 7 - (moment.weekday + 6) % 7) / 7, width: 2)
    case "y": .number(moment.year % 100, width: 2)
    case "Y": .number(moment.year, width: 0)
    default: nil
    }
  }

  private var secondsSince1970: Int {
    moment.daysSince1970 * 86400 + moment.hour * 3600 + moment.minute * 60 + moment.second
      - moment.offset
  }

  /// The week by ISO 8601: weeks begin on Monday, the first has the year's first Thursday.
  private var isoWeek: (year: Int, number: Int) {
    let monday = (moment.weekday + 6) % 7
    let number = (moment.dayOfYear - monday + 10) / 7
    if number < 1 {
      let year = moment.year - 1
      let days = moment.dayOfYear + TemplateMoment.dayCount(of: year)
      return (year, (days - monday + 10) / 7)
    }
    if number == 53, moment.dayOfYear - monday + 3 >= TemplateMoment.dayCount(of: moment.year) {
      return (moment.year + 1, 1)
    }
    return (moment.year, number)
  }
}
