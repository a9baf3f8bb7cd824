// SPDX-License-Identifier: Apache-2.0
public import CajalText

extension Conversation {
  /// Reads messages: a JSON list of objects with `role` and `content`, or an object with the member
  /// `messages` and perhaps `tools` and `documents`.
  ///
  /// - Parameter path: The file; `-` is standard input.
  /// - Throws: ``WorkbenchError/Code/input`` where the file cannot be read or holds something else.
  public init(file path: String) throws(WorkbenchError) {
    let value = try TemplateValue(file: path)
    switch value {
    case .list(let messages): self.init(messages)
    case .object(let members):
      guard let messages = members.last(where: { $0.name == "messages" })?.value.list else {
        throw WorkbenchError(.input, "\(path): the object has no list 'messages'")
      }
      self.init(messages)
      for member in members {
        switch member.name {
        case "messages": continue
        case "tools": tools = try member.value.list(of: "'tools'", in: path)
        case "documents": documents = try member.value.list(of: "'documents'", in: path)
        default: variables[member.name] = member.value
        }
      }
    default:
      throw WorkbenchError(
        .input,
        "\(path): messages must be a list such as [{\"role\": \"user\", \"content\": \"Hi\"}]")
    }
  }

  /// One message of a user, behind one of the system where there is one.
  public init(user text: String, system: String? = nil) {
    var messages: [TemplateValue] = []
    if let system { messages.append(["role": "system", "content": .string(system)]) }
    messages.append(["role": "user", "content": .string(text)])
    self.init(messages)
  }
}

extension TemplateValue {
  private static let sizeLimit = 64 << 20

  /// The JSON of a file; `-` is standard input.
  ///
  /// - Throws: ``WorkbenchError/Code/input``.
  public init(file path: String) throws(WorkbenchError) {
    let data = try BoundedFile.read(path, limit: Self.sizeLimit)
    try self.init(json: Array(data), of: path == "-" ? "standard input" : path)
  }

  /// The JSON of some bytes.
  ///
  /// - Parameters:
  ///   - json: The bytes.
  ///   - name: What they are called in an error.
  /// - Throws: ``WorkbenchError/Code/input``.
  public init(json: [UInt8], of name: String) throws(WorkbenchError) {
    do throws(TextError) {
      try self.init(json: json)
    } catch {
      throw WorkbenchError(.input, "\(name): \(error.message)", cause: error)
    }
  }

  /// A list, or nil.
  var list: [TemplateValue]? {
    if case .list(let elements) = self { elements } else { nil }
  }

  /// A list; anything else is refused.
  public func list(of what: String, in name: String) throws(WorkbenchError) -> [TemplateValue] {
    guard let list else { throw WorkbenchError(.input, "\(name): \(what) must be a list") }
    return list
  }
}
