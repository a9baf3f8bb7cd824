// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

/// The files that `dev/fixtures/make_checkpoint_files.py` writes with safetensors, torch and numpy.
enum Golden {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  struct Expected: Decodable {
    let type: String
    let shape: [Int]
    let values: [Double]
  }

  /// What each file holds, by tensor, read with Foundation's decoder. Committed files cannot be absent.
  // swift-format-ignore: NeverUseForceTry
  static let expected: [String: [String: Expected]] = {
    let data = try! Data(contentsOf: folder.appendingPathComponent("expected.json"))
    return try! JSONDecoder().decode([String: [String: Expected]].self, from: data)
  }()

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  // swift-format-ignore: NeverUseForceTry
  static func bytes(_ name: String) -> [UInt8] {
    Array(try! Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// Expects the tensors to be exactly what the reference wrote.
  static func expect(
    _ tensors: [String: StoredTensor], equal name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try #require(Golden.expected[name], sourceLocation: sourceLocation)
    #expect(
      tensors.keys.sorted() == expected.keys.sorted(), sourceLocation: sourceLocation)
    for (name, tensor) in tensors {
      let reference = try #require(expected[name], sourceLocation: sourceLocation)
      #expect(tensor.name == name, sourceLocation: sourceLocation)
      #expect(tensor.type.rawValue == reference.type, "\(name)", sourceLocation: sourceLocation)
      #expect(tensor.shape == reference.shape, "\(name)", sourceLocation: sourceLocation)
      let found = try tensor.floats().map { Double($0).bitPattern }
      #expect(
        found == reference.values.map(\.bitPattern), "\(name)", sourceLocation: sourceLocation)
    }
  }
}

extension TemporaryFolder {
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String {
    try write(Array(text.utf8), name)
  }

  /// The names of everything in it.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

/// A safetensors file from a header as text and data as bytes, right or wrong.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
    + data
}

/// Expects the error of a whole call: code, one line, and words of the message.
@discardableResult
func expectRefusal<Result>(
  _ code: CheckpointError.Code, _ words: String...,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) -> String {
  do {
    _ = try body()
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
    return ""
  } catch let error as CheckpointError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    for word in words {
      #expect(error.description.contains(word), "\(error)", sourceLocation: sourceLocation)
    }
    return error.description
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    return ""
  }
}
