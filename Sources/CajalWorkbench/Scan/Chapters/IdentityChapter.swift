// SPDX-License-Identifier: Apache-2.0
import CajalFinding

/// What the model is, and what of its files was not used.
enum IdentityChapter: ScanChapter {
  static let title = "What it is"
  static let introduction = """
    The model as its files describe it. Whatever stands in the configuration or the weights was \
    either used or excused for a stated reason; anything else would have refused the load.
    """

  private static let identity = MethodCard(
    name: "identity", summary: "What the files say the model is, and what of them was not used.",
    source: "the checkpoint itself")

  static func findings(_ context: ScanContext) -> [Finding] {
    let model = context.description
    return [
      context.finding(
        identity,
        "\(model.headline); \(model.excusedKeys.count) configuration keys and "
          + "\(model.excusedTensors.count) tensors were excused.",
        evidence: [.table(files(model)), .table(excused(model))].filter { !$0.isEmptyTable })
    ]
  }

  private static func files(_ model: ModelDescription) -> Evidence.Table {
    Evidence.Table(
      title: "Files",
      caption: "Weights are read in the format \(model.format). The digest under \"How this was "
        + "measured\" covers all tensors and the configuration.",
      columns: [.init("File"), .init("Size")],
      rows: model.files.map { [.text($0.name), .text(Quantity.bytes($0.bytes))] })
  }

  private static func excused(_ model: ModelDescription) -> Evidence.Table {
    Evidence.Table(
      title: "Excused",
      caption: "Keys and tensors that are there and change no number of a forward pass.",
      columns: [.init("Name"), .init("Kind"), .init("Why nothing is lost")],
      rows: model.excusedKeys.map { [.text($0.name), "key", .text($0.reason)] }
        + model.excusedTensors.map { [.text($0.name), "tensor", .text($0.reason)] })
  }
}

extension Evidence {
  /// Whether this is a table without rows.
  fileprivate var isEmptyTable: Bool {
    if case .table(let table) = self { table.rows.isEmpty } else { false }
  }
}
