// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The model a command works on.
struct ModelArgument: ParsableArguments {
  @Argument(help: "A model: a folder with config.json and its weights, or one file of weights.")
  var model: String
}
