// SPDX-License-Identifier: Apache-2.0
import CajalText
import CajalWorkbench
import Foundation

extension FuzzTarget {
  /// A model of SentencePiece.
  static let sentencePiece = files("sentencepiece") { folder, input in
    try TokenizerFile.open(folder.write(input, to: "tokenizer.model"))
  }

  /// A GGUF file, and the vocabulary in it.
  static let gguf = files("gguf") { folder, input in
    try TokenizerSource.open(folder.write(input, to: "vocabulary.gguf").path).tokenizer
  }

  /// Ranks of tiktoken.
  static let ranks = files("ranks") { folder, input in
    try TokenizerFile.open(folder.write(input, to: "cl100k_base.tiktoken"))
  }

  /// `vocab.txt`.
  static let wordPieces = files("word-pieces") { folder, input in
    try TokenizerFile.open(folder.write(input, to: "vocab.txt"))
  }

  /// `vocab.json`, and behind a zero byte `merges.txt`.
  static let bytePairFiles = files("byte-pair-files") { folder, input in
    let (vocabulary, merges) = TwoParts.of(input)
    _ = folder.write(merges, to: "merges.txt")
    return try TokenizerFile.open(folder.write(vocabulary, to: "vocab.json"))
  }

  /// The binary vocabulary of llama2.c.
  static let llama2C = files("llama2c") { folder, input in
    try TokenizerFile.open(folder.write(input, to: "tokenizer.bin"))
  }

  /// `vocabulary.json`.
  static let vocabularyList = files("vocabulary-list") { folder, input in
    try TokenizerFile.open(folder.write(input, to: "vocabulary.json"))
  }
}
