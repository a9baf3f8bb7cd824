import CajalCheckpoint
// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalTensor
import CajalZoo
import Foundation

/// Runs a model once and keeps what happens at some of its sites in a safetensors file.
///
/// The file holds one tensor a site under the site's text, shaped as the site says; `tokens`, int64
/// [N], all sequences packed end to end; `offsets`, int64 [sequences + 1], where each begins and where
/// the last ends. With a gradient it also holds `gradient.<site>`, of the site's shape, for each of
/// these sites, and with weights `gradient.<tensor>`, of the file's shape, for every tensor of the
/// checkpoint that the model computes with.
public struct Recording: Sendable {
  /// The sites to keep.
  public var sites: [Site]
  /// The tokens to run on.
  public var sequences: [[Int]]
  /// Changes to the run.
  public var interventions: [Intervention]

  /// What to differentiate; nil for nothing.
  public var gradient: Metric?
  /// Whether the gradients of weights are kept too.
  public var keepsWeightGradients = false

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
    /// The value that was differentiated; nil without a gradient.
    public var metric: Double?

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
    var (tensors, metric) = try values(subject, batch, job)
    tensors.append(
      OutgoingTensor("tokens", integers: batch.tokens.map { Int($0) }, shape: [batch.count]))
    tensors.append(
      OutgoingTensor("offsets", integers: batch.offsets, shape: [batch.offsets.count]))
    let metadata = [
      "format": "cajal trace 1", "model": subject.name, "version": Program.version,
      "checkpoint": try subject.digest(job: job),
      "interventions": "\(interventions.count)", "gradient": gradient?.description ?? "none",
    ]
    try job.checkInterruption()
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
    return Summary(
      file: path, tensors: tensors.map { .init(name: $0.name, shape: $0.shape) }, metric: metric)
  }

  /// What the run leaves at the sites, with gradients where they are wanted.
  private func values(
    _ subject: Subject, _ batch: TokenBatch, _ job: Job
  ) throws -> ([OutgoingTensor], metric: Double?) {
    let model = subject.model
    guard let gradient else {
      var tap = ChainedTap(InterventionTap(interventions, batch: batch), Recorder(Set(sites)))
      let pass = ForwardPass(
        model: model, job: job, activity: "recording \(batch.count) tokens")
      _ = try pass.logits(batch, &tap)
      try tap.first.finish()
      let trace = tap.second.trace(of: batch)
      return (trace.sites.compactMap { outgoing($0.description, trace[$0]) }, nil)
    }
    let layers = model.shape.layers
    let stage = try job.stage(
      "recording \(batch.count) tokens and their gradients", total: 3 * layers, unit: "layers")
    var options = RunOptions()
    options.weightGradients = keepsWeightGradients ? WeightGradients() : nil
    options.recomputesLayers =
      model.shape.trackedBytes(rows: batch.count) > AvailableMemory.byteCount / 2
    options.continues = { stage.follows($0, layers: layers) }
    let found = try job.endingRuns {
      try model.gradients(
        of: gradient, batch, at: Set(sites), interventions: interventions, options: options)
    }
    var tensors = found.trace.sites.compactMap { outgoing($0.description, found.trace[$0]) }
    tensors += found.trace.sites.compactMap { outgoing("gradient.\($0)", found[$0]) }
    if let weights = options.weightGradients { tensors += outgoing(weights, of: subject) }
    return (tensors, found.value)
  }

  private func outgoing(_ name: String, _ value: Tensor?) -> OutgoingTensor? {
    value.map { OutgoingTensor(name, $0) }
  }

  /// The gradient of every tensor that the model computes with, zero where the metric does not depend
  /// on it; a copy of a tied matrix has the gradient of that matrix.
  private func outgoing(_ gradients: WeightGradients, of subject: Subject) -> [OutgoingTensor] {
    let weights = subject.model.weights
    let originals = weights.names.map { (name: $0, original: $0) }
    let copies = subject.loaded.copies.map { (name: $0.key, original: $0.value) }
    return (originals + copies).sorted { $0.name < $1.name }.compactMap { name, original in
      guard let weight = weights[original] else { return nil }
      let gradient = gradients[original]?.reshaped(weight.shape) ?? Tensor(zeros: weight.shape)
      return OutgoingTensor("gradient.\(name)", gradient)
    }
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
