// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// Many runs of one prompt, each with one activation moved in from another prompt, and the metric of
/// each.
///
/// Priorities, in order: the bits of a run of its own for every patch; no row computed that a patch
/// cannot change; every layer's weights read once for as many patches as fit in memory.
///
/// A patch enters at its layer, with rows of the prompt's recorded residual stream from its position
/// on. From there its rows travel through the layers as one sequence of a batch that grows as later
/// patches join; before them stand the prompt's own keys and values. In its own layer it has only the
/// rows that the patch changes; the others are the prompt's, and join behind it.
struct PatchedRuns<Model: LanguageModel> {
  /// The model.
  let model: Model
  /// What is measured.
  let metric: Metric
  /// The prompt whose tokens a loss is of.
  let answers: TokenBatch
  /// What is moved.
  let site: Site.Name
  /// The prompt that is run.
  let base: PatchSide
  /// The prompt whose activations are moved in.
  let source: PatchSide
  /// Rows that travel together at most, unless one patch alone has more; bounds memory.
  var rowsAtOnce = 4096
  /// Logits formed at once; bounds memory where the vocabulary is large.
  var logitsAtOnce = 1 << 24

  /// The metric with each patch.
  ///
  /// - Parameter onProgress: Is told how many rows have gone through a layer, of how many.
  func values(
    _ patches: [Patch], onProgress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> [Double] {
    var values = Array(repeating: base.value, count: patches.count)
    let travellers = try travellers(patches)
    let total = travellers.reduce(0) { $0 + work($1) }
    var done = 0
    try onProgress(0, total)
    for group in groups(travellers) {
      let found = try run(group) {
        done += $0
        try onProgress(done, total)
      }
      for (traveller, value) in zip(group, found) { values[traveller.index] = value }
    }
    return values
  }

  /// The patches that change anything, in the order of the layers they enter.
  private func travellers(_ patches: [Patch]) throws(MethodError) -> [Traveller] {
    var travellers: [Traveller] = []
    for (index, patch) in patches.enumerated() {
      let site = Site(site, layer: patch.layer)
      // Where no bit is moved, nothing downstream can change.
      guard
        let changed = try base.siteValue(site).changed(patch, from: source.siteValue(site))
      else { continue }
      let staysInItsRows = self.site.staysInItsRows && base.hasFixedTables
      travellers.append(
        Traveller(
          index: index, patch: patch,
          entry: self.site == .residualPost ? patch.layer + 1 : patch.layer,
          rows: changed.lowerBound..<(staysInItsRows ? changed.upperBound : count)))
    }
    return travellers.sorted { ($0.entry, $0.index) < ($1.entry, $1.index) }
  }

  /// Positions of the prompt.
  private var count: Int { base.batch.count }

  /// Rows through layers that a patch costs.
  private func work(_ traveller: Traveller) -> Int {
    let layers = model.shape.layers - traveller.entry
    return layers == 0
      ? 0 : traveller.rows.count + (layers - 1) * (count - traveller.rows.lowerBound)
  }

  /// Patches in groups of a bounded number of rows.
  private func groups(_ travellers: [Traveller]) -> [[Traveller]] {
    var groups: [[Traveller]] = []
    var rows = 0
    for traveller in travellers {
      let count = count - traveller.rows.lowerBound
      if groups.isEmpty || rows + count > rowsAtOnce {
        groups.append([])
        rows = 0
      }
      groups[groups.count - 1].append(traveller)
      rows += count
    }
    return groups
  }

  /// The metric of each patch of a group that is sorted by layer.
  private func run(_ group: [Traveller], advance: (Int) throws -> Void) throws -> [Double] {
    var group = group
    var joined = 0
    var x = Tensor(zeros: [0, model.shape.width])
    for layer in (group.first?.entry ?? 0)..<model.shape.layers {
      let before = joined
      x = join(&group, &joined, x, before: layer)
      let tokens = base.batch.sequence(0)
      let batch = try TokenBatch(group[..<joined].map { Array(tokens[$0.rows]) })
      var tap = try tap(group[..<joined], from: before, layer: layer)
      var options = RunOptions()
      options.prefix = RunPrefix(base.cache, group[..<joined].map { (0, $0.rows.lowerBound) })
      x = model.layer(layer, x, model.begin(batch, options), &tap)
      try advance(batch.count)
    }
    x = join(&group, &joined, x, before: model.shape.layers)
    return try metrics(group, x)
  }

  /// The residual stream before a layer: travellers behind their own layer take up the rows behind
  /// them, and those whose layer this is join.
  private func join(
    _ group: inout [Traveller], _ joined: inout Int, _ x: Tensor, before layer: Int
  ) -> Tensor {
    var pieces: [Tensor] = []
    var (kept, row) = (0, 0)
    for index in 0..<joined {
      row += group[index].rows.count
      guard group[index].rows.upperBound < count else { continue }
      pieces += [
        x.rows(kept..<row), base.residuals[layer].rows(group[index].rows.upperBound..<count),
      ]
      kept = row
      group[index].rows = group[index].rows.lowerBound..<count
    }
    pieces.append(x.rows(kept..<row))
    while joined < group.count, group[joined].entry == layer {
      pieces.append(entering(group[joined], layer))
      joined += 1
    }
    return pieces.count == 1 ? x : Tensor.concatenatedRows(pieces)
  }

  /// The rows a traveller joins with.
  private func entering(_ traveller: Traveller, _ layer: Int) -> Tensor {
    let rows = traveller.rows
    let own = base.residuals[layer].rows(rows)
    guard site == .residualPost else { return own }
    let moved = traveller.patch.positions.clamped(to: rows)
    return Tensor.concatenatedRows([
      base.residuals[layer].rows(rows.lowerBound..<moved.lowerBound),
      source.residuals[layer].rows(moved),
      base.residuals[layer].rows(moved.upperBound..<rows.upperBound),
    ])
  }

  /// Moves in what belongs to the travellers that are new in this layer.
  private func tap(
    _ travellers: ArraySlice<Traveller>, from first: Int, layer: Int
  ) throws(MethodError) -> PatchTap {
    let site = Site(site, layer: layer)
    var targets: [PatchTap.Target] = []
    var row = 0
    for (index, traveller) in travellers.enumerated() {
      if index >= first, traveller.patch.layer == layer {
        targets.append(
          PatchTap.Target(
            row: row, first: traveller.rows.lowerBound,
            positions: traveller.patch.positions.clamped(to: traveller.rows),
            head: traveller.patch.head))
      }
      row += traveller.rows.count
    }
    return PatchTap(
      site: site, source: targets.isEmpty ? nil : try source.siteValue(site), targets: targets)
  }

  /// The metric of each traveller, from the residual stream behind the last layer.
  private func metrics(_ group: [Traveller], _ x: Tensor) throws -> [Double] {
    let wanted = base.metricRows
    let atOnce = max(1, logitsAtOnce / (model.shape.answers * wanted.count))
    var values: [Double] = []
    var row = 0
    for start in stride(from: 0, to: group.count, by: atOnce) {
      let part = group[start..<min(start + atOnce, group.count)]
      var rows: [Int] = []
      for traveller in part {
        rows += wanted.filter { $0 >= traveller.rows.lowerBound }
          .map { row + $0 - traveller.rows.lowerBound }
        row += traveller.rows.count
      }
      let logits = rows.isEmpty ? nil : try model.logits(of: x.gathered(rows: rows))
      values += try metrics(part, logits, wanted)
    }
    return values
  }

  /// The metric of some travellers, from the logits of the rows they travelled with; those before are
  /// the prompt's own.
  private func metrics(
    _ part: ArraySlice<Traveller>, _ logits: Tensor?, _ wanted: [Int]
  ) throws -> [Double] {
    var pieces: [Tensor] = []
    var at = 0
    for traveller in part {
      let own = wanted.count { $0 >= traveller.rows.lowerBound }
      pieces.append(base.logits.rows(0..<wanted.count - own))
      if let logits { pieces.append(logits.rows(at..<at + own)) }
      at += own
    }
    let whole = wanted.count == 1 ? logits ?? base.logits : Tensor.concatenatedRows(pieces)
    let tokens = answers.sequence(0)
    return metric.repeated(part.count).values(
      whole, try TokenBatch(Array(repeating: tokens, count: part.count)))
  }
}

/// A patch under way.
private struct Traveller {
  /// Which of the patches.
  let index: Int
  let patch: Patch
  /// The layer whose input it joins.
  let entry: Int
  /// The positions it has rows of: from the first whose bits the patch changes; what lies before is
  /// read from the prompt's keys and values.
  var rows: Range<Int>
}

extension Site.Name {
  /// Whether a change at a position reaches other positions of the same layer only through later
  /// layers: whatever is not a key or a value, or on the way to them.
  fileprivate var staysInItsRows: Bool {
    switch self {
    case .residualPre, .residualPost, .attentionNormScale, .attentionNormalized, .attentionInput,
      .key, .value, .keyRotated:
      false
    default: true
    }
  }
}

extension Metric {
  /// The same metric for so many copies of its one sequence.
  fileprivate func repeated(_ count: Int) -> Metric {
    guard case .divergence(let reference) = self else { return self }
    return .divergence(from: reference.gathered(rows: Array(repeating: 0, count: count)))
  }
}
