// SPDX-License-Identifier: Apache-2.0
public import CajalFinding

/// A way to find something out about a model: a value whose stored properties are its options, with
/// their only defaults.
///
/// A method has a `run` whose arguments are what it works on, and a `Result` that carries the baselines
/// which make its numbers readable. It prints nothing, stores nothing, reads no clock, and draws no
/// random number but from a seed among its options.
public protocol Method: Codable, Sendable, Equatable {
  /// What it is called, what its number means and where it comes from.
  static var card: MethodCard { get }
  /// What a run of it found.
  associatedtype Result: Codable, Sendable
  /// The method with its defaults.
  init()
}

extension Method {
  /// The options as they are, defaults included: what a finding records.
  ///
  /// - Throws: `FindingError` where an option has no JSON form.
  public func options() throws(FindingError) -> JSONValue { try JSONValue(encoding: self) }
}

/// Every method there is.
public enum MethodCatalogue {
  /// All methods. A new one is a file in its family's folder and a line here.
  public static let all: [any Method.Type] = [
    ActivationPatching.self, AttributionPatching.self, GradientTimesActivation.self,
  ]
}
