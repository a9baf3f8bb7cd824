// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalMethods
import CajalModel
import CajalText
import CajalWorkbench
import CajalZoo
import Foundation

/// What `cajal patch` prints.
struct PatchText {
  let outcome: PatchingOutcome
  let width: Int
  let top: Int

  /// The keys of the JSON form, all of them always.
  private struct Document: Encodable {
    let method: String
    let metric: String
    let site: String
    let by: PatchUnit
    let direction: PatchDirection
    let clean: Double
    let corrupted: Double
    let cleanTokens: [Int]
    let corruptedTokens: [Int]
    let layers: [Int]
    let effects: [[Double]]
    let values: [[Double]]
  }

  func json() throws -> String {
    let effects = outcome.effects
    return try JSONText.of(
      Document(
        method: outcome.card.name, metric: outcome.metric.description,
        site: effects.site.rawValue, by: effects.unit, direction: outcome.direction,
        clean: outcome.clean, corrupted: outcome.corrupted, cleanTokens: outcome.pair.clean,
        corruptedTokens: outcome.pair.corrupted, layers: effects.layers, effects: effects.values,
        values: outcome.values.values))
  }

  var text: String {
    let (subject, effects) = (outcome.subject, outcome.effects)
    var lines = [
      "\(Terminal.sanitized(subject.name)) · \(subject.loaded.family) · "
        + "\(outcome.pair.count) tokens · \(effects.site.rawValue) by \(effects.unit.rawValue) · "
        + (outcome.isEstimated ? "estimated " : "") + outcome.direction.rawValue,
      "", "Metric: \(outcome.metricText)",
    ]
    lines += TextTable(
      rows: [
        ["clean", number(outcome.clean), prompt(outcome.pair.clean)],
        ["corrupted", number(outcome.corrupted), prompt(outcome.pair.corrupted)],
      ], alignments: [.left, .right, .left]
    ).lines.map(shortened)
    lines += ["", heading] + grid
    // What would be printed as 0.000 is left to the grid and to JSON.
    let strongest = outcome.strongest(top).filter { abs($0.effect) >= 0.0005 }
    if !strongest.isEmpty {
      lines +=
        ["", "Strongest"]
        + TextTable(
          rows: strongest.map {
            [number($0.effect), $0.site, $0.token ?? "", "metric \(number($0.value))"]
          }, alignments: [.right, .left, .left, .left]
        ).lines
    }
    return lines.joined(separator: "\n")
  }

  private var heading: String {
    let (zero, one) =
      outcome.direction == .denoising ? ("corrupted", "clean") : ("clean", "corrupted")
    return (outcome.isEstimated ? "Estimated effect" : "Effect")
      + " of each patch: 0 leaves the \(zero) metric, 1 leads to the \(one) one"
  }

  /// A line that has room, cut in the middle: prompts often differ at their ends.
  private func shortened(_ line: String) -> String {
    guard line.count > width else { return line }
    let tail = width / 2 - 1
    return line.prefix(width - tail - 3) + " … " + line.suffix(tail)
  }

  private func number(_ value: Double) -> String { Quantity.fixed(value, 3) }

  private func prompt(_ tokens: [Int]) -> String {
    tokens.map(outcome.subject.tokenizer.display).joined(separator: " ")
  }

  // MARK: - The grid

  /// Positions from top to bottom with the layers beside each other; otherwise layers from top to
  /// bottom.
  private var grid: [String] {
    let (effects, values) = (outcome.effects, outcome.effects.values)
    let layers = effects.layers.map(String.init)
    switch effects.unit {
    case .position:
      let names = (0..<outcome.pair.count).map { ["\($0)", outcome.label(ofPosition: $0)] }
      return table(
        names, columns: layers, corner: "layer",
        cells: names.indices.map { position in values.map { $0[position] } })
    case .head:
      let heads = (values.first ?? []).indices.map(String.init)
      return table(
        layers.map { ["layer \($0)"] }, columns: heads, corner: "head", cells: values)
    case .layer:
      let largest = values.joined().map(abs).max() ?? 0
      return TextTable(
        rows: zip(layers, values).map { layer, row in
          let share = largest > 0 && row[0].isFinite ? abs(row[0]) / largest : 0
          let bar = String(repeating: "█", count: Int((share * 24).rounded()))
          return ["layer \(layer)", number(row[0]), bar]
        }, alignments: [.left, .right, .left]
      ).lines
    }
  }

  /// As many columns beside each other as have room, the others below.
  private func table(
    _ names: [[String]], columns: [String], corner: String, cells: [[Double]]
  ) -> [String] {
    let text = cells.map { $0.map(Self.cell) }
    let cellWidth = (text.joined().map(\.count) + columns.map(\.count)).max() ?? 1
    let nameWidth = names.map { $0.reduce(0) { $0 + min(24, $1.count) + 2 } }.max() ?? 0
    let room = max(1, (width - nameWidth) / (cellWidth + 2))
    var lines: [String] = []
    for start in stride(from: 0, to: columns.count, by: room) {
      let part = start..<min(start + room, columns.count)
      let head = names[0].indices.map { $0 == names[0].count - 1 ? corner : "" }
      let rows =
        [head + part.map { columns[$0] }]
        + zip(names, text).map { name, row in name.map { cut($0) } + part.map { row[$0] } }
      let alignments: [TextTable.Alignment] =
        (names[0].count == 2 ? [.right, .left] : [.left]) + part.map { _ in .right }
      if start > 0 { lines.append("") }
      lines += TextTable(rows: rows, alignments: alignments).lines
    }
    return lines
  }

  private func cut(_ text: String) -> String {
    text.count > 24 ? text.prefix(23) + "…" : text
  }

  /// An effect in few characters: `.83`, `-1.20`, `·` where it rounds to nothing.
  static func cell(_ effect: Double) -> String {
    guard effect.isFinite else { return effect.isNaN ? "nan" : effect > 0 ? "inf" : "-inf" }
    if abs(effect) < 0.005 { return "·" }
    if abs(effect) >= 1000 { return String(format: "%.0e", effect) }
    if abs(effect) >= 99.5 { return Quantity.fixed(effect, 0) }
    let text = Quantity.fixed(effect, 2)
    return text.hasPrefix("0.")
      ? String(text.dropFirst()) : text.hasPrefix("-0.") ? "-" + text.dropFirst(2) : text
  }

  // MARK: - Prompts that do not fit

  /// The two tokenisations beside each other, around where they part.
  static func sideBySide(_ alignment: TokenAlignment) -> String {
    var rows = [["", "clean", "", "", "corrupted"]]
    for row in alignment.excerpt() {
      guard let row else {
        rows.append(["…", "", "", "…", ""])
        continue
      }
      rows.append([
        row.clean.map { "\($0.position)" } ?? "", row.clean?.piece ?? "",
        row.isShared ? "" : "≠", row.corrupted.map { "\($0.position)" } ?? "",
        row.corrupted?.piece ?? "",
      ])
    }
    let table = TextTable(rows: rows, alignments: [.right, .left, .left, .right, .left])
    return "cajal: note: the prompts, token by token\n" + table.lines.joined(separator: "\n") + "\n"
  }
}
