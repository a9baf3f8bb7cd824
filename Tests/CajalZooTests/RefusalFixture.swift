// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalZoo
import Foundation
import Testing

/// A committed fixture in memory, to be changed, written to a folder of its own, and loaded.
struct RefusalFixture: Sendable, CustomTestStringConvertible {
  /// The name of the folder.
  let name: String
  /// Where the fixture stands.
  let folder: URL
  /// The configuration, to be changed.
  var configuration: [String: ConfigurationValue]

  var testDescription: String { name }

  init(_ folder: URL) throws {
    (self.folder, name) = (folder, folder.lastPathComponent)
    let text = try Data(contentsOf: folder.appending(path: "config.json"))
    guard case .object(let members) = try ConfigurationReader.read(Array(text), file: "config.json")
    else { throw CheckpointError(.malformed, "config.json is no object") }
    configuration = members
    // TransformerLens writes none; without it a missing key would leave the family open.
    if members["model_type"] == nil { configuration["model_type"] = "HookedTransformer" }
  }

  /// Every fixture.
  static let all: [RefusalFixture] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    // A folder that cannot be read fails the test that counts the families.
    return names.sorted().compactMap { try? RefusalFixture(root.appending(path: $0)) }
  }()

  /// One fixture a family: the one whose configuration says most.
  static let families: [RefusalFixture] = {
    let groups = Dictionary(grouping: all, by: \.family).values
    let fullest = groups.compactMap { group in
      group.max { ($0.keys.count, $1.name) < ($1.keys.count, $0.name) }
    }
    return fullest.sorted { $0.name < $1.name }
  }()

  /// The keys that have a value, sorted.
  var keys: [String] { configuration.filter { $0.value != .null }.keys.sorted() }

  /// What the configuration calls its family.
  var family: String {
    if case .string(let type) = configuration["model_type"] { type } else { "HookedTransformer" }
  }

  // MARK: Loading

  /// The model of the fixture's weights under the changed configuration.
  func load() throws -> any LanguageModel {
    try Self.inTemporaryFolder { scratch in
      let file = scratch.appending(path: "config.json")
      try Data(ConfigurationValue.object(configuration).json().utf8).write(to: file)
      let checkpoint = try Checkpoint.open(folder.path, configuration: file.path)
      return try ArchitectureCatalogue.load(checkpoint).model
    }
  }

  /// The model of changed weights under the changed configuration.
  func load(_ tensors: [OutgoingTensor]) throws -> any LanguageModel {
    try Self.inTemporaryFolder { scratch in
      try Data(ConfigurationValue.object(configuration).json().utf8)
        .write(to: scratch.appending(path: "config.json"))
      try SafetensorsWriter.write(
        tensors, to: scratch.appending(path: "model.safetensors").path)
      return try ArchitectureCatalogue.load(Checkpoint.open(scratch.path)).model
    }
  }

  /// The stored tensors, sorted by name.
  func tensors() throws -> [StoredTensor] {
    try Checkpoint.open(folder.path).tensors.values.sorted { $0.name < $1.name }
  }

  /// The names of tensors the model uses, sorted.
  func usedNames() throws -> [String] {
    try ArchitectureCatalogue.load(Checkpoint.open(folder.path)).model.weights.names
  }

  private static func inTemporaryFolder<Result>(
    _ body: (URL) throws -> Result
  ) throws -> Result {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "cajal-\(UUID())")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }  // A left-over file harms nobody.
    return try body(scratch)
  }
}

/// Expects a refusal whose one line holds every text.
func expectRefusal(
  _ what: String, naming texts: [String], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("\(what): accepted", sourceLocation: sourceLocation)
  } catch let error as CheckpointError {
    for text in texts where !error.description.contains(text) {
      Issue.record("\(what): '\(text)' is not in: \(error)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(what): \(error)", sourceLocation: sourceLocation)
  }
}
