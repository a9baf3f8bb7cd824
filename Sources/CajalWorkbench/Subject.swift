// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
public import CajalText
public import CajalZoo
import Foundation
import Synchronization

/// A model under examination: its checkpoint, the model it means, and its tokenizer.
///
/// ```swift
/// let subject = try Subject.open("models/stories260K")
/// let tokens = try subject.tokenizer.encode("Once upon a time")
/// let logits = try subject.model.logits(TokenBatch(tokens))
/// ```
public final class Subject: Sendable {
  /// What people call it: the name of its folder or file.
  public let name: String
  /// The files it comes from.
  public let checkpoint: Checkpoint
  /// The model with what its loading found.
  public let loaded: LoadedModel
  /// The tokenizer; numbers alone where the model has none that can be read.
  public let tokenizer: any Tokenizer
  /// Why there is no tokenizer for text, in one line; nil where there is one.
  public let tokenizerNote: String?
  /// Why a tokenizer that is there cannot be used: who has text needs it.
  private let tokenizerRefusal: TextError?
  private let digestCache = Mutex<String?>(nil)

  /// The model itself.
  public var model: any LanguageModel { loaded.model }
  /// Its counts and widths.
  public var shape: ModelShape { loaded.model.shape }

  private init(
    name: String, checkpoint: Checkpoint, loaded: LoadedModel, tokenizer: any Tokenizer,
    note: String?, refusal: TextError?
  ) {
    self.name = name
    self.checkpoint = checkpoint
    self.loaded = loaded
    self.tokenizer = tokenizer
    tokenizerNote = note
    tokenizerRefusal = refusal
  }

  /// Opens the model in a folder or a file.
  ///
  /// - Parameters:
  ///   - path: A folder, or a file of weights.
  ///   - name: What to call it; by default the last part of the path.
  /// - Throws: ``WorkbenchError`` for an address instead of a path; `CheckpointError` for whatever is
  ///   wrong with the files.
  public static func open(_ path: String, name: String? = nil, job: Job = .unwatched) throws
    -> Subject
  {
    try TokenizerSource.refuseAddress(path)
    try job.checkInterruption()
    let checkpoint = try Checkpoint.open(path)
    let stage = try job.stage(
      "loading \(name ?? path)", total: checkpoint.byteCount, unit: "bytes")
    let loaded = try load(checkpoint, stage)
    let vocabulary = loaded.model.shape.vocabulary
    let numbers = NumberTokenizer(vocabularySize: vocabulary)
    var (tokenizer, note, refusal): ((any Tokenizer)?, String?, TextError?) = (nil, nil, nil)
    do throws(TextError) {
      tokenizer = try TokenizerFile.open(
        URL(fileURLWithPath: path), vocabularySize: vocabulary)
      if tokenizer == nil { note = "none beside the weights; tokens are written as numbers" }
    } catch {
      (note, refusal) = (error.message, error)
    }
    return Subject(
      name: name ?? Self.name(of: path), checkpoint: checkpoint, loaded: loaded,
      tokenizer: tokenizer ?? numbers, note: note, refusal: refusal)
  }

  /// The model of a checkpoint; ends between two tensors where the job shall end.
  private static func load(_ checkpoint: Checkpoint, _ stage: Stage) throws -> LoadedModel {
    let done = Mutex((bytes: 0, ending: WorkbenchError?.none))
    do throws(CheckpointError) {
      return try ArchitectureCatalogue.load(checkpoint) { bytes in
        done.withLock { done in
          done.bytes += bytes
          do throws(WorkbenchError) {
            try stage.advance(to: done.bytes)
          } catch {
            done.ending = error
          }
          return done.ending == nil
        }
      }
    } catch {
      throw done.withLock { $0.ending } ?? error
    }
  }

  /// The digest of weights and configuration, as findings record it: `sha256:…`.
  ///
  /// Cost: reads all weights at the first call.
  public func digest(job: Job = .unwatched) throws -> String {
    if let known = digestCache.withLock({ $0 }) { return known }
    let stage = try job.stage("hashing weights", total: checkpoint.byteCount, unit: "bytes")
    let digest = "sha256:" + (try checkpoint.digest { done, _ in try stage.advance(to: done) })
    digestCache.withLock { $0 = digest }
    return digest
  }

  /// The tokens of a text.
  ///
  /// - Throws: `WorkbenchError.input` where the model's tokenizer cannot be read, `TextError` where it
  ///   cannot express the text.
  public func tokens(of text: String, addSpecialTokens: Bool = true) throws -> [Int] {
    if let tokenizerRefusal {
      throw WorkbenchError(
        .input,
        "text needs a tokenizer: \(tokenizerRefusal.message); or give tokens as numbers with --tokens",
        cause: tokenizerRefusal)
    }
    return try tokenizer.encode(text, addSpecialTokens: addSpecialTokens)
  }

  private static func name(of path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    return url.lastPathComponent
  }
}
