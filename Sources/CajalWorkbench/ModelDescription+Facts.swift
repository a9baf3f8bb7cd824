// SPDX-License-Identifier: Apache-2.0
import CajalModel

extension ModelDescription {
  /// The description in lines for people, the most important first.
  ///
  /// - Parameter isShort: For narrow places: what fits in a few words.
  public func facts(isShort: Bool = false) -> [(label: String, value: String)] {
    let types = storedTypes.sorted { $0.value > $1.value }.map(\.key).joined(separator: ", ")
    var facts: [(label: String, value: String)] = [
      (
        "Architecture",
        isShort
          ? "\(architecture), \(residualIdentity.rawValue)" : "\(architecture), \(residualText)"
      ),
      ("Parameters", Quantity.grouped(parameters)),
      ("Layers", "\(shape.layers)"),
      ("Width", "\(shape.width)"),
      ("Heads", headText),
      ("MLP", mlpText),
      ("Vocabulary", "\(Quantity.grouped(shape.vocabulary)) tokens"),
      (
        "Context",
        "\(Quantity.grouped(shape.context)) positions"
          + (shape.contextIsLimit ? ", learned: no text can be longer" : "")
      ),
      (
        "Memory",
        "\(Quantity.bytes(weightBytes)) of weights (\(types))"
          + (isShort
            ? ""
            : "; a recording of all sites takes \(Quantity.bytes(traceBytesPerToken)) a token")
      ),
      ("Tokenizer", isShort ? tokenizer.kind : tokenizer.text),
    ]
    if shape.hiddenWidth == 0 { facts.removeAll { $0.label == "MLP" } }
    return facts
  }

  private var headText: String {
    let heads = "\(shape.heads) of width \(shape.headWidth)"
    return shape.keyValueHeads == shape.heads
      ? heads : "\(heads), sharing \(shape.keyValueHeads) for keys and values"
  }

  private var mlpText: String {
    let neurons = "\(Quantity.grouped(shape.hiddenWidth)) neurons"
    return shape.experts > 0 ? "\(shape.experts) experts of \(neurons)" : neurons
  }

  private var residualText: String {
    switch residualIdentity {
    case .sequential: "attention, then MLP, added to one residual stream"
    case .parallel: "attention and MLP in parallel, added to one residual stream"
    case .attentionOnly: "attention alone, added to one residual stream"
    case .normalizedSum: "norms in the residual stream itself"
    }
  }
}

extension ModelDescription.Tokenizer {
  /// One line for people.
  var text: String {
    var parts = [kind]
    if let beginning { parts.append("a text begins with token \(beginning)") }
    if !ends.isEmpty {
      parts.append("it ends with token \(ends.map(String.init).joined(separator: " or "))")
    }
    if let note { parts.append(note) }
    return parts.joined(separator: "; ")
  }
}
