// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A moment by the calendar and the clock on the wall, as `strftime_now` prints it.
public struct TemplateMoment: Sendable, Hashable {
  /// The year of the Gregorian calendar.
  public let year: Int
  /// The month, from 1.
  public let month: Int
  /// The day of the month, from 1.
  public let day: Int
  /// The hour, from 0 to 23.
  public var hour: Int
  /// The minute, from 0 to 59.
  public var minute: Int
  /// The second, from 0 to 59.
  public var second: Int
  /// The millionths of a second.
  public var microsecond: Int
  /// How far the clock is ahead of UTC, in seconds; only the format `%s` uses it.
  public var offset: Int

  /// A moment of the years 1 to 9999; the clock shows UTC unless `offset` says otherwise.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
  ) {
    precondition(
      (1...9999).contains(year) && (1...12).contains(month) && (1...31).contains(day),
      "no day of the calendar: \(year)-\(month)-\(day)")
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    microsecond = 0
    offset = 0
  }

  /// What the system's clock shows now in its time zone.
  public static var current: TemplateMoment {
    let date = Date()
    let offset = TimeZone.current.secondsFromGMT(for: date)
    let local = date.timeIntervalSince1970 + Double(offset)
    let seconds = Int(local.rounded(.down))
    let days = Int((Double(seconds) / 86400).rounded(.down))
    let rest = seconds - days * 86400
    var moment = TemplateMoment(daysSince1970: days)
    moment.hour = rest / 3600
    moment.minute = rest / 60 % 60
    moment.second = rest % 60
    moment.microsecond = min(Int((local - Double(seconds)) * 1_000_000), 999_999)
    moment.offset = offset
    return moment
  }

  /// The day by its number; the calendar repeats after 400 years of 146 097 days.
  private init(daysSince1970 days: Int) {
    let shifted = days + 719_468  // since 1 March of the year 0
    let era = Int((Double(shifted) / 146_097).rounded(.down))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// Whether the year has 366 days.
  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func dayCount(of year: Int) -> Int { isLeap(year) ? 366 : 365 }

  /// The day of the year, from 0.
  var dayOfYear: Int {
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    let leap = month > 2 && Self.isLeap(year) ? 1 : 0
    return before[min(max(month, 1), 12) - 1] + day - 1 + leap
  }

  /// The days since 1 January 1970.
  var daysSince1970: Int {
    let past = year - 1
    let leaps = past / 4 - past / 100 + past / 400
    return past * 365 + leaps + dayOfYear - 719_162
  }

  /// The day of the week, from 0 for Sunday.
  var weekday: Int { ((daysSince1970 + 4) % 7 + 7) % 7 }
}
