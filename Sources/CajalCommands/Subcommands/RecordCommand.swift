// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalModel
import CajalWorkbench

/// `cajal record`: what happens inside a model, as a file.
struct RecordCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record what happens at sites of a model, in a safetensors file.",
    discussion: """
      Examples:
        cajal record models/stories260K --text "Once upon" --output trace.safetensors
        cajal record models/stories260K --tokens "1 2 3; 4 5" \\
          --sites residualPost,logits --output two.safetensors
        cajal record models/stories260K --text "Once" --output less.safetensors \\
          --intervene "scale attentionOut.2 0" \\
          --intervene "set mlpPost.3[neuron=17] 0"

      The file holds one tensor a site under the site's name, 'tokens' (int64 [N], all sequences end \
      to end) and 'offsets' (int64, where each sequence begins, and N). An older file is replaced. \
      Layers of one shape are printed as one line; --json lists every tensor.

      --gradient METRIC adds 'gradient.SITE', the derivative of the metric with respect to each \
      recorded value, and with --weights 'gradient.TENSOR' for every tensor of the checkpoint, in its \
      layout. METRIC is
        loss             the mean over all predicted tokens of all sequences
        logit:TOKEN      the logit of a token     difference:A,B   of one minus that of another
        logprob:TOKEN    its log-probability
      read at the last position of each sequence and summed. TOKEN is a number or a text that is \
      exactly one token.
        cajal record models/stories260K --text "Once upon a" --sites residualPost \
          --gradient "difference: time, day" --output gradient.safetensors

      Interventions, with FILE a .npy, .npz or .safetensors file:
        set SITE VALUE                  add SITE VALUE
        scale SITE FACTOR               project-out SITE VALUE
        replace SITE @FILE              mean SITE [@FILE]
        resample SITE [@FILE] [seed=N]
        clamp SITE ENCODER DECODER VALUE [bias=N] [threshold=N]
      VALUE is a number, numbers between commas, or @FILE:NAME. SITE may select a part: \
      attentionPattern.5[head=2,position=-1]. @FILE.json alone is a list of interventions.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var prompt: PromptArguments

  @Option(
    help: ArgumentHelp(
      "Sites between commas, such as residualPost.3,logits; residualPost means every layer.",
      valueName: "list"))
  var sites = "all"

  @Option(help: ArgumentHelp("Change the run; may be given several times.", valueName: "spec"))
  var intervene: [String] = []

  @Option(
    help: ArgumentHelp(
      "Also keep the gradients of this: loss, logit:TOKEN, logprob:TOKEN or difference:A,B.",
      valueName: "metric"))
  var gradient: String?

  @Flag(help: "With --gradient: keep the gradients of all weights too.")
  var weights = false

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @OptionGroup var general: GeneralArguments

  func check() throws {
    try prompt.check()
    if weights && gradient == nil {
      throw ValidationError("--weights needs something to differentiate: add --gradient loss")
    }
  }

  func work(_ job: Job, _ console: Console) throws {
    let file = try OutputFile(output)
    let subject = try Subject.open(model.model, job: job)
    var recording = Recording(
      sites: try SiteList(parsing: sites, for: subject.model).sites,
      sequences: try prompt.sequences(for: subject, chat: prompt.chatPrompt(for: subject)),
      interventions: try intervene.flatMap { try Intervention.parse($0, seed: general.seed) })
    recording.gradient = try gradient.map { try Metric(parsing: $0, for: subject) }
    recording.keepsWeightGradients = weights
    let summary = try recording.write(subject, to: file.path, job: job)
    try console.print(general.json ? JSONText.of(summary) : text(summary))
  }

  private func text(_ summary: Recording.Summary) -> String {
    let rows = TensorGroup.groups(summary.tensors).map {
      [$0.text, $0.shape.map(String.init).joined(separator: " × ")]
    }
    let metric = summary.metric.map { "the differentiated value is \($0)\n" } ?? ""
    return "wrote \(summary.tensors.count) tensors to \(summary.file)\n" + metric
      + TextTable(rows: rows, alignments: [.left, .left]).lines.joined(separator: "\n")
  }
}
