// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding
internal import Foundation

/// A colour in sRGB, 8 bits a channel.
struct Color: Sendable, Equatable {
  var red: Double
  var green: Double
  var blue: Double

  /// A colour from `0xRRGGBB`.
  init(_ value: UInt32) {
    red = Double(value >> 16 & 0xFF)
    green = Double(value >> 8 & 0xFF)
    blue = Double(value & 0xFF)
  }

  /// The colour as `#rrggbb`.
  var hexadecimal: String {
    String(format: "#%02x%02x%02x", Int(red.rounded()), Int(green.rounded()), Int(blue.rounded()))
  }

  /// The relative luminance, 0 to 1 (WCAG 2.2).
  var luminance: Double {
    func linear(_ channel: Double) -> Double {
      let value = channel / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// The contrast with another colour, 1 to 21 (WCAG 2.2).
  func contrast(with other: Color) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// Black or white, whichever is easier to read on this colour.
  var ink: Color {
    let (black, white) = (Color(0x000000), Color(0xFFFFFF))
    return contrast(with: black) >= contrast(with: white) ? black : white
  }

  /// The colour a share of the way to another.
  func mixed(with other: Color, share: Double) -> Color {
    var result = self
    result.red += (other.red - red) * share
    result.green += (other.green - green) * share
    result.blue += (other.blue - blue) * share
    return result
  }
}

/// All colours of the page in one theme.
struct Palette: Sendable {
  /// The page.
  let paper: Color
  /// Panels and table stripes.
  let panel: Color
  /// Text.
  let ink: Color
  /// Secondary text, tick labels.
  let muted: Color
  /// Links and accents.
  let accent: Color
  /// Hairlines and grids.
  let rule: Color
  /// Cells without a value.
  let missing: Color
  /// Categories, in order of use.
  let categories: [Color]
  /// From little to much.
  let sequential: [Color]
  /// From negative through neutral to positive.
  let diverging: [Color]

  /// How many steps the sequential ramp has.
  static let sequentialSteps = 32
  /// How many steps the diverging ramp has; odd, so that one is neutral.
  static let divergingSteps = 33

  /// For paper and bright screens. Categories after Okabe & Ito 2008, in an order and with light
  /// ones deepened so that lines stand out on white; the ramp runs as viridis does backwards, from
  /// paper to ink.
  static let light = Palette(
    paper: Color(0xFFFFFF), panel: Color(0xF6F7F5), ink: Color(0x1B1F24), muted: Color(0x5A6270),
    accent: Color(0x005A8F), rule: Color(0xDCDFE3), missing: Color(0xC9CDD2),
    categories: [0x0072B2, 0xD55E00, 0x009E73, 0xB8578C, 0xB87F00, 0x3A93C9, 0x4D4D4D, 0x8C8200]
      .map(Color.init),
    sequential: ramp(
      [
        0xF8FAF3, 0xE6F3D4, 0xC7E9B4, 0x7FCDBB, 0x41B6C4, 0x1D91C0, 0x225EA8, 0x253494, 0x081D58,
      ], steps: sequentialSteps),
    diverging: ramp(
      [
        0x0B4A8F, 0x2F79B5, 0x74AAD3, 0xBCD6EA, 0xF7F7F5, 0xFBD9B0, 0xF2A758, 0xD9731A, 0x9C4A06,
      ], steps: divergingSteps))

  /// For dark screens: the same hues, the ramps from the page's dark to light.
  static let dark = Palette(
    paper: Color(0x14171C), panel: Color(0x1C2027), ink: Color(0xE7E9EC), muted: Color(0xA2ABB8),
    accent: Color(0x7CC0EE), rule: Color(0x343A44), missing: Color(0x4A505A),
    categories: [0x56B4E9, 0xF08A3C, 0x2FC49A, 0xDD94BB, 0xE6B422, 0x8FB6FF, 0xB8BDC6, 0xF0E442]
      .map(Color.init),
    sequential: ramp(
      [
        0x20193A, 0x3A2F72, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725,
      ], steps: sequentialSteps),
    diverging: ramp(
      [
        0x8EC7FF, 0x4F9BE0, 0x2F6FAE, 0x2A4867, 0x2A2E35, 0x5A3F24, 0x9A5F1C, 0xDD8A2B, 0xFFC070,
      ], steps: divergingSteps))

  private static func ramp(_ anchors: [UInt32], steps: Int) -> [Color] {
    (0..<steps).map { step in
      let place = Double(step) / Double(steps - 1) * Double(anchors.count - 1)
      let index = min(anchors.count - 2, Int(place))
      return Color(anchors[index]).mixed(
        with: Color(anchors[index + 1]), share: place - Double(index))
    }
  }
}
