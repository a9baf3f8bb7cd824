// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Report {
  /// Writes `report.html` and `findings.json`, and `report.md` where asked, into a folder that is
  /// created if absent.
  ///
  /// Each file appears complete or not at all: it is written beside its place and then renamed.
  ///
  /// - Returns: the files, the HTML page first.
  /// - Throws: ``ReportError`` when the folder cannot be created or a file cannot be written.
  @discardableResult
  public func write(to folder: URL, markdown: Bool = false) throws(ReportError) -> [URL] {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ReportError(
        code: .notWritable,
        message: "cannot create the folder \(folder.path); choose another with --output",
        cause: error)
    }
    var files = [
      try write(.html, named: "report", to: folder),
      try write(.json, named: "findings", to: folder),
    ]
    if markdown { files.append(try write(.markdown, named: "report", to: folder)) }
    return files
  }

  private func write(
    _ format: some ReportFormat, named name: String, to folder: URL
  ) throws(ReportError) -> URL {
    let file = folder.appending(path: "\(name).\(format.fileExtension)")
    try Self.writeAtomically(Data(rendered(as: format).utf8), to: file)
    return file
  }

  /// Replaces a file in one step: readers see the old content or the new, never a part.
  ///
  /// - Throws: ``ReportError`` when the file cannot be written; nothing is left behind then.
  public static func writeAtomically(_ data: Data, to file: URL) throws(ReportError) {
    let folder = file.deletingLastPathComponent()
    let draft = folder.appending(path: ".\(file.lastPathComponent).\(UUID().uuidString)")
    do {
      try data.write(to: draft)
      // rename(2) replaces the old file in the same step, which moving with FileManager refuses.
      guard rename(draft.path, file.path) == 0 else {
        throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: file.path])
      }
    } catch {
      // The draft may not exist; what matters is that it is gone.
      try? FileManager.default.removeItem(at: draft)
      throw ReportError(
        code: .notWritable,
        message: "cannot write \(file.path); check that the folder exists, is writable and has "
          + "space",
        cause: error)
    }
  }
}
