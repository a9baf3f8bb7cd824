// SPDX-License-Identifier: Apache-2.0

/// The coordinates a selection picks in one site's tensor: for each row its position, and the other
/// axes' indices.
struct SelectedCoordinates: Sendable {
  /// The first index of every run of selected components, as an offset into the row-major tensor.
  let starts: [Int]
  /// Components of the last axis at each start, as offsets from it.
  let components: [Int]

  /// How many elements are selected.
  var count: Int { starts.count * components.count }
}

extension Selection {
  /// The elements this selection picks in `value`, the tensor of `site` at some rows of a run; nil
  /// where sequences grow and it picks nothing of what is new.
  ///
  /// - Throws: `ModelError.selection` when an axis is named that the site does not have, and in a run
  ///   of whole sequences when an index lies outside or nothing is left.
  func resolved(
    _ site: Site, shape: [Int], rows: RunRows
  ) throws(ModelError) -> SelectedCoordinates? {
    let axes = site.name.axes
    for (named, axis) in [(heads, Site.Axis.head), (neurons, .neuron), (keys, .key)]
    where named != nil && !axes.contains(axis) {
      throw ModelError(.selection, "site '\(site)' has no axis '\(axis.rawValue)' to select from")
    }
    let chosen = try selectedRows(rows, site)
    if chosen.isEmpty { return nil }
    func pick(_ axis: Site.Axis, _ named: Indices?) throws(ModelError) -> [Int] {
      guard let at = axes.firstIndex(of: axis) else { return [0] }
      guard let named else { return Array(0..<shape[at]) }
      guard let found = named.resolved(shape[at]) else {
        throw outside(site, "\(axis.rawValue)=\(named)", shape[at])
      }
      return found
    }
    switch axes {
    case [.position]: return SelectedCoordinates(starts: chosen.map(\.row), components: [0])
    case [.position, .neuron]:
      return SelectedCoordinates(
        starts: chosen.map { $0.row * shape[1] }, components: try pick(.neuron, neurons))
    case [.position, .head, .neuron]:
      let heads = try pick(.head, heads)
      return SelectedCoordinates(
        starts: chosen.flatMap { row in heads.map { (row.row * shape[1] + $0) * shape[2] } },
        components: try pick(.neuron, neurons))
    default:
      let heads = try pick(.head, heads)
      let columns = try keyColumns(chosen, shape[2], site, isGrowing: rows.isGrowing)
      if columns.isEmpty { return nil }
      return SelectedCoordinates(
        starts: heads.flatMap { head in chosen.map { (head * shape[1] + $0.row) * shape[2] } },
        components: columns)
    }
  }

  /// The packed rows picked, with the length of the sequence each belongs to.
  private func selectedRows(
    _ rows: RunRows, _ site: Site
  ) throws(ModelError) -> [(row: Int, length: Int)] {
    var chosen = Set(0..<rows.sequenceCount)
    if let sequences {
      guard let found = sequences.resolved(rows.sequenceCount) else {
        throw outside(site, "sequence=\(sequences)", rows.sequenceCount)
      }
      chosen = Set(found)
    }
    var picked: [(row: Int, length: Int)] = []
    for span in rows.spans where chosen.contains(span.sequence) {
      guard let positions else {
        picked += span.rows.map { ($0, span.length) }
        continue
      }
      if rows.isGrowing {
        picked += span.rows.filter {
          positions.contains(span.position(of: $0), of: span.length)
        }.map { ($0, span.length) }
        continue
      }
      // A sequence too short for a position is passed over; it is an error only if all are.
      for position in positions.resolved(span.length) ?? [] {
        picked.append((span.rows.lowerBound + position, span.length))
      }
    }
    if picked.isEmpty, !rows.isGrowing {
      throw outside(
        site, positions.map { "position=\($0)" } ?? "", rows.spans.map(\.length).max() ?? 0)
    }
    return picked
  }

  private func keyColumns(
    _ rows: [(row: Int, length: Int)], _ width: Int, _ site: Site, isGrowing: Bool
  ) throws(ModelError) -> [Int] {
    guard let keys else { return Array(0..<width) }
    let lengths = Set(rows.map(\.length))
    guard lengths.count == 1, let length = lengths.first else {
      throw ModelError(
        .selection,
        "key=\(keys) at '\(site)' needs sequences of one length; add sequence=… to pick one")
    }
    if isGrowing { return (0..<length).filter { keys.contains($0, of: length) } }
    guard let found = keys.resolved(length) else { throw outside(site, "key=\(keys)", length) }
    return found
  }

  private func outside(_ site: Site, _ what: String, _ count: Int) -> ModelError {
    ModelError(.selection, "\(what) picks nothing at '\(site)', where there are \(count)")
  }
}
