// SPDX-License-Identifier: Apache-2.0
import CajalFinding

/// How the files were read, and what of them was not used.
enum ReadingChapter: ScanChapter {
  static let title = "How it was read"
  static let introduction = """
    Whatever stands in the configuration or the weights was either used or excused for a stated \
    reason; anything else would have refused the load. To be excused is no fault of a model.
    """

  private static let card = MethodCard(
    name: "reading", summary: "The files that were read, and what of them was not used.",
    source: "the checkpoint itself")

  static func content(_ context: ScanContext) -> ChapterContent {
    let model = context.description
    var evidence: [Evidence] = [.table(files(model))]
    if !model.excusedKeys.isEmpty || !model.excusedTensors.isEmpty {
      evidence += [.table(reasons(model)), .table(excused(model))]
    }
    if !model.unreadEntries.isEmpty { evidence.append(.table(unread(model))) }
    let rest =
      model.unreadEntries.isEmpty
      ? "nothing else was left over"
      : counted(
        model.unreadEntries.count, "entry that is no tensor was", "entries that are no tensors were"
      )
        + " not read"
    let summary =
      "\(counted(model.files.count, "file was", "files were")) read; "
      + "\(counted(model.excusedKeys.count, "configuration key", "configuration keys")) and "
      + "\(counted(model.excusedTensors.count, "tensor", "tensors")) were excused, and \(rest)."
    return ChapterContent(findings: [context.finding(card, summary, evidence: evidence)])
  }

  private static func counted(_ count: Int, _ one: String, _ many: String) -> String {
    "\(count) \(count == 1 ? one : many)"
  }

  private static func files(_ model: ModelDescription) -> Evidence.Table {
    Evidence.Table(
      title: "Files",
      caption: "Weights are read in the format \(model.format). The digest under \"How this was "
        + "measured\" covers all tensors and the configuration.",
      columns: [.init("File"), .init("Size")],
      rows: model.files.map { [.text($0.name), .text(Quantity.bytes($0.bytes))] })
  }

  private static func reasons(_ model: ModelDescription) -> Evidence.Table {
    var order: [String] = []
    for excuse in model.excusedKeys + model.excusedTensors where !order.contains(excuse.reason) {
      order.append(excuse.reason)
    }
    return Evidence.Table(
      title: "Excused, by reason",
      caption: "How many keys and tensors are there and change no number of a forward pass.",
      columns: [.init("Why nothing is lost"), .init("Keys", .number), .init("Tensors", .number)],
      rows: order.map { reason in
        [
          .text(reason), .number(model.excusedKeys.count { $0.reason == reason }),
          .number(model.excusedTensors.count { $0.reason == reason }),
        ]
      })
  }

  private static func excused(_ model: ModelDescription) -> Evidence.Table {
    var table = Evidence.Table(
      title: "Excused, one by one",
      caption: "The same keys and tensors by name, as they stand in the files.",
      columns: [.init("Name"), .init("Kind"), .init("Why nothing is lost")],
      rows: model.excusedKeys.map { [.text($0.name), "key", .text($0.reason)] }
        + model.excusedTensors.map { [.text($0.name), "tensor", .text($0.reason)] })
    table.isFolded = true
    return table
  }

  private static func unread(_ model: ModelDescription) -> Evidence.Table {
    Evidence.Table(
      title: "Not read", caption: "What the file of weights holds beside tensors.",
      columns: [.init("Entry")], rows: model.unreadEntries.map { [.text($0)] })
  }
}
