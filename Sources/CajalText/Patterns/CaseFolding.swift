// SPDX-License-Identifier: Apache-2.0

/// Which scalars are the same but for their case.
///
/// Two scalars are alike when simple case mappings lead from one to the other, over others if need
/// be; this is simple case folding for all scalars of Unicode 16. The dotted capital I and the
/// dotless small i stand alone, as they do outside Turkish.
enum CaseFolding {
  /// For each scalar that has any, the others that are like it.
  private static let alike: [UInt32: [UInt32]] = {
    var groups: [UInt32: Int] = [:]
    var members: [[UInt32]] = []
    func join(_ left: UInt32, _ right: UInt32) {
      let (first, second) = (group(of: left), group(of: right))
      guard first != second else { return }
      for member in members[second] { groups[member] = first }
      members[first] += members[second]
      members[second] = []
    }
    func group(of scalar: UInt32) -> Int {
      if let known = groups[scalar] { return known }
      groups[scalar] = members.count
      members.append([scalar])
      return members.count - 1
    }
    let known = Set(cased)  // Others may have become the case of an old letter since.
    for scalar in cased {
      let properties = scalar.properties
      for mapping in [
        properties.lowercaseMapping, properties.uppercaseMapping, properties.titlecaseMapping,
      ] {
        let mapped = mapping.unicodeScalars
        if mapped.count == 1, let other = mapped.first, other != scalar, known.contains(other) {
          join(scalar.value, other.value)
        }
      }
    }
    for (left, right) in sharedFoldings { join(left, right) }
    var alike: [UInt32: [UInt32]] = [:]
    for group in members where group.count > 1 {
      for member in group { alike[member] = group.filter { $0 != member } }
    }
    return alike
  }()

  /// Pairs that fold to the same sequence and have no case mapping to each other.
  private static let sharedFoldings: [(UInt32, UInt32)] = [
    (0x390, 0x1FD3), (0x3B0, 0x1FE3), (0xFB05, 0xFB06),
  ]

  /// The scalars that case mappings may change.
  private static let cased: [Unicode.Scalar] = {
    let categories: Set<Unicode.GeneralCategory> = [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .nonspacingMark, .letterNumber,
      .otherSymbol,
    ]
    return ScalarProperties.runs.lazy
      .filter { $0.age > 0 && categories.contains($0.category) }.flatMap(\.range)
      .compactMap(Unicode.Scalar.init)
      .filter { $0.value != 0x130 && $0.value != 0x131 && $0.properties.changesWhenCaseMapped }
  }()

  /// The set with everything that is like one of its scalars.
  static func closure(of set: ScalarSet) -> ScalarSet {
    if let single = set.single {
      guard let others = alike[single] else { return set }
      return set.union(ScalarSet(others.map { $0..<$0 + 1 }))
    }
    let others = alike.lazy.filter { set.contains($0.key) }.flatMap(\.value)
    return set.union(ScalarSet(others.map { $0..<$0 + 1 }))
  }

  /// The scalars whose full folding is a sequence, such as ß, and that sequence.
  static let sequences: [UInt32: [UInt32]] = {
    var sequences: [UInt32: [UInt32]] = [0x130: [0x69, 0x307], 0x1E9E: [0x73, 0x73]]
    for scalar in cased {
      let upper = scalar.properties.uppercaseMapping
      guard upper.unicodeScalars.count > 1 else { continue }
      sequences[scalar.value] = upper.unicodeScalars
        .flatMap { $0.properties.lowercaseMapping.unicodeScalars }.map(\.value)
    }
    return sequences
  }()
}
