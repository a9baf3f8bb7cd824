// SPDX-License-Identifier: Apache-2.0
import Foundation

// The functions of the C library under names that do not collide with those of tensors.

/// eˣ
func exponential(_ x: Double) -> Double { exp(x) }

/// tanh x
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }

/// 1 − erf x
func complementaryError(_ x: Double) -> Double { erfc(x) }
