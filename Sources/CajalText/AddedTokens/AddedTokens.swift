// SPDX-License-Identifier: Apache-2.0

/// The tokens that are found in a text before anything else happens to it, such as `<s>`.
struct AddedTokens: Sendable {
  /// A stretch of a text: a token that was found, or what stands between two.
  enum Stretch: Equatable {
    case token(Int, ByteSpan)
    case text(ByteSpan)
  }

  private struct Node {
    var children: [UInt8: Int] = [:]
    var id: Int?
  }

  private static let lengthLimit = 1024
  private var nodes = [Node()]
  private(set) var special: Set<Int> = []

  /// Reads the member `added_tokens` and gives tokens that the model lacks their place.
  init(_ value: JSONValue, _ vocabulary: inout Vocabulary) throws(TextError) {
    for (index, element) in try value.array("added_tokens").enumerated() {
      let path = "added_tokens[\(index)]"
      var fields = try JSONFields(element, path)
      let id = try fields.takeCount("id")
      let content = try fields.takeString("content")
      for flag in ["single_word", "lstrip", "rstrip", "normalized"] {
        if try fields.takeBool(flag) {
          throw TextError(.unsupported, "“\(path).\(flag)” is on, which is not implemented")
        }
      }
      if try fields.takeBool("special") { special.insert(id) }
      try fields.close()
      try Self.place(content, id, path, &vocabulary)
      insert(Array(content.utf8), id)
    }
  }

  private static func place(
    _ content: String, _ id: Int, _ path: String, _ vocabulary: inout Vocabulary
  ) throws(TextError) {
    guard (1...lengthLimit).contains(content.utf8.count) else {
      throw TextError(.malformed, "“\(path).content” must have 1 to \(lengthLimit) bytes")
    }
    if let known = vocabulary.id(of: content) {
      guard known == id else {
        throw TextError(.malformed, "“\(path)” has the number \(id), in the vocabulary \(known)")
      }
    } else {
      try vocabulary.register(content, at: id)
    }
  }

  private mutating func insert(_ content: [UInt8], _ id: Int) {
    var node = 0
    for byte in content {
      if let child = nodes[node].children[byte] {
        node = child
      } else {
        nodes[node].children[byte] = nodes.count
        node = nodes.count
        nodes.append(Node())
      }
    }
    nodes[node].id = id
  }

  /// Cuts a normalized text at the tokens that are searched there.
  func splitNormalized(_ text: [UInt8]) -> [Stretch] {
    text.isEmpty ? [] : [.text(ByteSpan(0..<text.count))]
  }

  /// Cuts a text at the tokens: the leftmost first, of several the longest.
  func split(_ text: [UInt8]) -> [Stretch] {
    var stretches: [Stretch] = []
    var start = 0
    var position = 0
    while position < text.count {
      guard let (id, length) = longest(in: text, at: position) else {
        position += 1
        continue
      }
      if start < position { stretches.append(.text(ByteSpan(start..<position))) }
      stretches.append(.token(id, ByteSpan(position..<position + length)))
      position += length
      start = position
    }
    if start < text.count { stretches.append(.text(ByteSpan(start..<text.count))) }
    return stretches
  }

  private func longest(in text: [UInt8], at start: Int) -> (id: Int, length: Int)? {
    var found: (id: Int, length: Int)?
    var node = 0
    var position = start
    while position < text.count, let child = nodes[node].children[text[position]] {
      node = child
      position += 1
      if let id = nodes[node].id { found = (id, position - start) }
    }
    return found
  }
}
