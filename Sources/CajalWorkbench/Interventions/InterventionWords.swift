// SPDX-License-Identifier: Apache-2.0
import CajalTensor

/// The words of an intervention, taken one after the other.
struct InterventionWords {
  private let text: String
  private var words: [String]

  /// Splits at white space outside double quotes.
  init(_ text: String) throws(WorkbenchError) {
    self.text = text
    words = []
    var word = ""
    var (isQuoted, isWord) = (false, false)
    for character in text {
      if character == "\"" {
        (isQuoted, isWord) = (!isQuoted, true)
      } else if character.isWhitespace && !isQuoted {
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
      } else {
        word.append(character)
        isWord = true
      }
    }
    guard !isQuoted else {
      throw WorkbenchError(.intervention, "a quote in '\(text)' is not closed")
    }
    if isWord { words.append(word) }
  }

  /// The file, where the whole text is `@FILE.json`.
  var onlyFile: String? {
    guard words.count == 1, words[0].hasPrefix("@") else { return nil }
    return String(words[0].dropFirst())
  }

  /// Takes the next word.
  mutating func next(_ what: String) throws(WorkbenchError) -> String {
    guard !words.isEmpty else {
      throw WorkbenchError(
        .intervention,
        "'\(text)' ends where \(what) should stand; write as in \"set residualPost.2[position=-1] 0\""
      )
    }
    return words.removeFirst()
  }

  /// Takes a finite number.
  mutating func number(_ what: String) throws(WorkbenchError) -> Float {
    try Self.number(next(what), what)
  }

  /// Takes a number, numbers between commas, or a tensor of a file.
  mutating func value(_ what: String) throws -> Tensor {
    let word = try next(what)
    if word.hasPrefix("@") { return try InterventionFile(word).onlyTensor() }
    let numbers = try word.split(separator: ",", omittingEmptySubsequences: false).map {
      try Self.number(String($0), what)
    }
    return Tensor(numbers, shape: [numbers.count])
  }

  /// Takes a file, where the next word is one.
  mutating func fileIfPresent() throws(WorkbenchError) -> InterventionFile? {
    guard let word = words.first, word.hasPrefix("@") else { return nil }
    words.removeFirst()
    return try InterventionFile(word)
  }

  /// Takes `seed=N`, where it stands.
  mutating func seedIfPresent() throws(WorkbenchError) -> UInt64? {
    guard let word = words.first, word.hasPrefix("seed=") else { return nil }
    guard let seed = UInt64(word.dropFirst(5)) else {
      throw WorkbenchError(.intervention, "'\(word)' is no seed; write a whole number, seed=7")
    }
    words.removeFirst()
    return seed
  }

  /// Takes `name=number` words of the given names, each at most once.
  mutating func options(_ names: Set<String>) throws(WorkbenchError) -> [String: Float] {
    var found: [String: Float] = [:]
    while let word = words.first, let equals = word.firstIndex(of: "=") {
      let name = String(word[..<equals])
      guard names.contains(name), found[name] == nil else { break }
      found[name] = try Self.number(String(word[word.index(after: equals)...]), name)
      words.removeFirst()
    }
    return found
  }

  /// Refuses words that nobody took.
  func close() throws(WorkbenchError) {
    guard let word = words.first else { return }
    throw WorkbenchError(
      .intervention, "'\(word)' in '\(text)' is one word too many; see 'cajal record --help'")
  }

  private static func number(_ word: String, _ what: String) throws(WorkbenchError) -> Float {
    guard let number = Float(word), number.isFinite else {
      throw WorkbenchError(
        .intervention, "'\(word)' is not \(what): write a number such as 0.5, or @FILE for a tensor"
      )
    }
    return number
  }
}
