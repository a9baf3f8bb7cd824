import CajalCheckpoint
// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalTensor
import Foundation

/// Runs a model once and keeps what happens at some of its sites in a safetensors file.
///
/// The file holds one tensor a site under the site's text, shaped as the site says; `tokens`, int64
/// [N], all sequences packed end to end; `offsets`, int64 [sequences + 1], where each begins and where
/// the last ends.
public struct Recording: Sendable {
  /// The sites to keep.
  public var sites: [Site]
  /// The tokens to run on.
  public var sequences: [[Int]]
  /// Changes to the run.
  public var interventions: [Intervention]

  /// A recording of some sites over some sequences.
  public init(sites: [Site], sequences: [[Int]], interventions: [Intervention] = []) {
    self.sites = sites
    self.sequences = sequences
    self.interventions = interventions
  }

  /// What a recording left.
  public struct Summary: Sendable, Equatable, Codable {
    /// The file.
    public var file: String
    /// The names of its tensors with their shapes, in the order of the run.
    public var tensors: [Entry]

    /// One tensor of the file.
    public struct Entry: Sendable, Equatable, Codable {
      /// The site's text, or `tokens`, `offsets`.
      public var name: String
      /// Its extents.
      public var shape: [Int]
    }
  }

  /// Runs and writes; the file appears whole or not at all, and replaces an older one.
  ///
  /// - Throws: `ModelError` for tokens or interventions that do not fit, `WorkbenchError.output` for a
  ///   place that must not be written to, `CheckpointError.io`.
  public func write(_ subject: Subject, to path: String, job: Job = .unwatched) throws -> Summary {
    try refuse(path, for: subject)
    let batch = try TokenBatch(sequences)
    for intervention in interventions where !subject.model.sites.contains(intervention.site) {
      _ = try subject.model.site(named: intervention.site.description)
    }
    var tap = ChainedTap(InterventionTap(interventions, batch: batch), Recorder(Set(sites)))
    let pass = ForwardPass(
      model: subject.model, job: job, activity: "recording \(batch.count) tokens")
    _ = try pass.logits(batch, &tap)
    try tap.first.finish()
    let trace = tap.second.trace(of: batch)
    var tensors = trace.sites.compactMap { site in
      trace[site].map { OutgoingTensor(site.description, $0) }
    }
    tensors.append(
      OutgoingTensor("tokens", integers: batch.tokens.map { Int($0) }, shape: [batch.count]))
    tensors.append(
      OutgoingTensor("offsets", integers: batch.offsets, shape: [batch.offsets.count]))
    let metadata = [
      "format": "cajal trace 1", "model": subject.name, "version": Program.version,
      "checkpoint": try subject.digest(job: job),
      "interventions": "\(interventions.count)",
    ]
    try job.checkInterruption()
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
    return Summary(file: path, tensors: tensors.map { .init(name: $0.name, shape: $0.shape) })
  }

  /// Refuses a folder, and any file the model itself is made of.
  private func refuse(_ path: String, for subject: Subject) throws(WorkbenchError) {
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw WorkbenchError(
        .output, "\(path) is a folder; name a file, such as \(path)/trace.safetensors")
    }
    let target = url.resolvingSymlinksInPath().standardizedFileURL.path
    var own = subject.checkpoint.files
    if let file = subject.checkpoint.configurationFile { own.append(file) }
    guard !own.contains(where: { $0.resolvingSymlinksInPath().standardizedFileURL.path == target })
    else {
      throw WorkbenchError(
        .output, "\(path) is a file of the model itself; choose another name for the recording")
    }
  }
}
