// SPDX-License-Identifier: Apache-2.0
public import CajalFinding

extension Evidence.Curve {
  /// The curve as an SVG file that needs nothing else: for documents that are no reports. It follows
  /// the reader's choice of light or dark, and says its title and content to those who do not see.
  public var image: String { CurveFigure(curve: self).image }
}
