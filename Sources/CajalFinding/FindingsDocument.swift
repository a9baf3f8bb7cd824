// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Findings on one subject, as they are exchanged between programs: `findings.json`.
///
/// The JSON is deterministic: keys are sorted, numbers are the shortest that read back equal, and
/// the same findings give the same bytes.
public struct FindingsDocument: Codable, Sendable, Equatable {
  /// The schema this library writes, and the highest it reads.
  public static let currentSchemaVersion = 1

  /// The schema of the document.
  public var schemaVersion: Int
  /// The program that wrote it.
  public var tool: String
  /// The program's version.
  public var version: String
  /// What was examined, as people call it: the name of the model.
  public var subject: String
  /// What was found, in reading order.
  public var findings: [Finding]

  /// Creates a document in the current schema.
  public init(
    tool: String = "cajal", version: String, subject: String, findings: [Finding]
  ) {
    self.schemaVersion = Self.currentSchemaVersion
    self.tool = tool
    self.version = version
    self.subject = subject
    self.findings = findings
  }

  /// Reads a document.
  ///
  /// - Throws: ``FindingError`` when the data is no findings document, or is one of a later schema.
  public init(json data: Data) throws(FindingError) {
    struct Head: Decodable { let schemaVersion: Int }
    do {
      let head = try JSONDecoder().decode(Head.self, from: data)
      guard (1...Self.currentSchemaVersion).contains(head.schemaVersion) else {
        throw FindingError(
          code: .unsupportedSchema,
          message: "findings have schema \(head.schemaVersion), this program reads 1 to "
            + "\(Self.currentSchemaVersion); read them with a matching version of the program")
      }
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch let error as FindingError {
      throw error
    } catch {
      throw FindingError(
        code: .malformed,
        message: "not a findings document: \(Self.explanation(of: error)); "
          + "give a findings.json as written by cajal",
        cause: error)
    }
  }

  /// The document as JSON text in UTF-8, indented, arrays and objects of plain values on one line each.
  ///
  /// - Throws: ``FindingError`` when the encoder refuses, which no value of this type makes it do.
  public func json() throws(FindingError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return JSONLayout.compacted(try encoder.encode(self)) + Data("\n".utf8)
    } catch {
      throw FindingError(
        code: .unencodable, message: "the findings have no JSON form", cause: error)
    }
  }

  /// Where in the document decoding failed, and why, without the data around it.
  private static func explanation(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map { key in
        key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
      }.joined()
      let missing =
        if case .keyNotFound(let key, _) = error { "no \(key.stringValue)" } else {
          context.debugDescription
        }
      return path.isEmpty ? missing : "\(missing) at \(path)"
    @unknown default: return "\(error)"
    }
  }
}
