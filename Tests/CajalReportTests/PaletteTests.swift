// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalReport

struct PaletteTests {
  private static let themes = [("light", Palette.light), ("dark", Palette.dark)]

  @Test func `contrast is that of the definition`() {
    // WCAG 2.2: black on white is 21, a colour on itself 1; #767676 on white is the well-known 4.54.
    #expect(abs(Color(0).contrast(with: Color(0xFFFFFF)) - 21) < 1e-9)
    #expect(Color(0x123456).contrast(with: Color(0x123456)) == 1)
    #expect(abs(Color(0x767676).contrast(with: Color(0xFFFFFF)) - 4.54) < 0.01)
  }

  @Test func `text is readable on everything it stands on, in both themes`() {
    for (name, palette) in Self.themes {
      for ground in [palette.paper, palette.panel] {
        for text in [palette.ink, palette.muted, palette.accent] {
          #expect(ground.contrast(with: text) >= 4.5, "\(name) \(text.hexadecimal)")
        }
      }
      for ground in palette.sequential + palette.diverging + [palette.missing] {
        #expect(ground.contrast(with: ground.ink) >= 4.5, "\(name) \(ground.hexadecimal)")
      }
    }
  }

  @Test func `lines stand out from the page by three to one`() {
    for (name, palette) in Self.themes {
      for color in palette.categories {
        #expect(palette.paper.contrast(with: color) >= 3, "\(name) \(color.hexadecimal)")
      }
    }
  }

  @Test func `the sequential ramp runs from the page to its opposite, one way`() {
    for (name, palette) in Self.themes {
      let steps = palette.sequential.map(\.luminance)
      let rising = steps[0] < steps[steps.count - 1]
      for (one, next) in zip(steps, steps.dropFirst()) {
        #expect(rising ? next > one : next < one, "\(name)")
      }
      #expect(palette.paper.contrast(with: palette.sequential[0]) < 1.3, "\(name)")
      #expect(palette.sequential.count == Palette.sequentialSteps)
    }
  }

  @Test func `the diverging ramp is neutral at zero and equally strong on both sides`() {
    for (name, palette) in Self.themes {
      let ramp = palette.diverging
      #expect(ramp.count == Palette.divergingSteps)
      let middle = ramp[ramp.count / 2]
      let channels = [middle.red, middle.green, middle.blue]
      #expect(channels.max()! - channels.min()! < 16, "\(name)")
      #expect(palette.paper.contrast(with: middle) < 1.5, "\(name)")
      for step in 0..<ramp.count / 2 {
        let ratio = ramp[step].contrast(with: ramp[ramp.count - 1 - step])
        #expect(ratio < 1.6, "\(name) step \(step): \(ratio)")
      }
    }
  }

  // Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
  private static let protanopia = [
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ]
  private static let deuteranopia = [
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
  ]

  @Test func `the first four categories differ for people with red-green blindness`() {
    for (name, palette) in Self.themes {
      for matrix in [Self.protanopia, Self.deuteranopia] {
        let seen = palette.categories.prefix(4).map { Self.lab($0, through: matrix) }
        for (index, one) in seen.enumerated() {
          for (other, two) in seen.enumerated().dropFirst(index + 1) {
            let distance = sqrt(zip(one, two).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
            #expect(distance > 10, "\(name) \(index) and \(other): \(distance)")
          }
        }
      }
    }
  }

  /// CIE L*a*b* (D65) of a colour as someone sees it.
  private static func lab(_ color: Color, through matrix: [[Double]]) -> [Double] {
    let linear = [color.red, color.green, color.blue].map { channel in
      let value = channel / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    func apply(_ rows: [[Double]], _ vector: [Double]) -> [Double] {
      rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let seen = apply(matrix, linear).map { max(0, min(1, $0)) }
    let xyz = apply(
      [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], seen)
    let f = zip(xyz, [0.95047, 1, 1.08883]).map { value, white in
      value / white > 0.008856 ? cbrt(value / white) : 7.787 * value / white + 16.0 / 116
    }
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
  }
}
