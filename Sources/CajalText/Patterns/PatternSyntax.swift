// SPDX-License-Identifier: Apache-2.0

/// The dialects in which tokenizer files write their patterns.
enum PatternSyntax: Sendable {
  /// Oniguruma with its own syntax, which the `tokenizers` package uses.
  ///
  /// - Source: <https://github.com/kkos/oniguruma/blob/master/doc/RE>.
  case oniguruma
  /// Rust's fancy-regex over regex, which `tiktoken` uses.
  ///
  /// - Source: <https://docs.rs/regex/latest/regex/#syntax>, <https://docs.rs/fancy-regex>.
  case fancyRegex
}
