import ArgumentParser
import DPTrain
import Foundation

/// `dp-train predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Classify inputs, or compute their numbers, with a run's weights.",
    discussion: """
      The run's data decides what an input is: text for sequences of symbols or letters, otherwise a file.
        dp-train predict RUN BcXdaYbE        temporal-order: a sequence of its symbols
        dp-train predict RUN Müller Rossi    text-lines: texts, also with letters unknown to the training
        dp-train predict RUN "hello    "     echo: letters; with another delay: 3:hello
        dp-train predict RUN new.npz         numpy: a file with x (and lengths or offsets); y is not needed
        dp-train predict RUN new.ts          ts: a file of series, with labels or without
        dp-train predict RUN new-images.gz   idx: a file of images
        dp-train predict RUN 5.1,3.5,1.4     csv: a row of the inputs, or a file; csv-sequences: a file
        dp-train predict RUN pics            a folder: every file in it that is an input
        dp-train predict RUN new.npz precision=float32   keys of the recipe change how it is computed, as for evaluate
      If inputs are texts, a file is read too: each of its lines is an input. Without inputs, each line of standard input
      is one, answered before the next is read; there a text may have the name of a file. An input that cannot be read is
      named and the others are answered; the exit code is that of the fault, or 65 if several faults differ. Behind --
      every word is an input, also one such as name=value.
      """)

  @OptionGroup var source: RunArguments

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "Texts, files or folders, none for the lines of standard input; and keys to change, such as precision=float32.",
      valueName: "input-or-key=value"),
    completion: .file())
  var words: [String] = []

  @Flag(help: "Print a line of JSON for each sample, with the 100 most probable classes.")
  var json = false

  /// Refuses unknown options. Rows of negative numbers look like options but are inputs.
  func validate() throws {
    guard !CommandLine.arguments.contains("--") else { return }
    let unknown = words.first { $0.hasPrefix("-") && $0.prefixMatch(of: /-[0-9.]/) == nil && $0 != "-" }
    if let unknown { throw ValidationError("Unknown option '\(unknown)'; an input that begins so stands behind --") }
  }

  func run() throws {
    let (keys, inputs) = PredictWords.divided(words)
    let recipe = try source.load(overrides: keys)
    let facts = try source.dataFacts()
    let reader = try recipe.makeReader(facts: facts)
    let answers = try Answers(recipe: recipe, facts: facts, reader: reader)
    var codes: Set<Int32> = []
    var said = ""
    let source = PredictInputs(
      reader: reader, shortage: answers.shortage,
      report: { failure in
        codes.insert(failure.exitCode.rawValue)
        complain(failure.description)
      },
      notify: { notice in
        if notice != said { Terminal.warn(notice) }
        said = notice
      })
    if inputs.isEmpty {
      try source.forEachLineOfStandardInput { line, number in
        try source.read(line: line, number: number) { data, name in
          try answers.answer(data, name) { name, table, outputs in
            let cells = table.cells(outputs).map { $0.visible() }
            Terminal.write(json ? try table.json(name, outputs) : cells.joined(separator: "\t") + "\n")
          }
        }
      }
    } else {
      try answerAll(inputs, source, answers, recipe, facts)
    }
    if let code = codes.first { throw ArgumentParser.ExitCode(codes.count == 1 ? code : 65) }
  }

  /// The headings of the outputs. Half precision is named, since it limits how many digits mean something.
  private func headings(_ table: PredictionTable, _ recipe: Recipe) -> [String] {
    let (headings, precision) = (table.outputHeadings, recipe.precision)
    guard precision != .float32 else { return headings }
    return headings.dropLast() + headings.suffix(1).map { "\($0), \(precision.rawValue)" }
  }

  /// Answers the command line's inputs as rows of a table or lines of JSON.
  private func answerAll(
    _ inputs: [String], _ source: PredictInputs, _ answers: Answers, _ recipe: Recipe, _ facts: DataFacts
  ) throws {
    var writer = RowWriter()
    for input in inputs { writer.widen(0, to: input.count) }
    var isFirst = true
    for input in inputs {
      try source.read(input) { data, name in
        if data.count > 1 { writer.widen(0, to: name(data.count - 1).count) }
        return try answers.answer(data, name) { name, table, outputs in
          if json { return Terminal.write(try table.json(name, outputs)) }
          if isFirst {
            if table.showsClass { writer.widen(1, to: min(24, facts.classNames.map(\.count).max() ?? 0)) }
            for column in table.outputHeadings.indices { writer.widen(column + 1, to: table.cellWidth) }
            writer.write(["input"] + headings(table, recipe))
          }
          isFirst = false
          writer.write([name] + table.cells(outputs))
        }
      }
    }
  }
}

/// Answers inputs one after the other and keeps workspaces for reuse.
private final class Answers {
  private static let batch = 64

  private let recipe: Recipe
  private let facts: DataFacts
  private let reader: any InputReader
  private var workspaces: [Shape: Workspace] = [:]
  /// The network for inputs of the trained shape. Networks for other shapes share its weights.
  private let trained: Network

  /// Makes the network for the training's input shape first, so that its errors are not blamed on an input.
  /// - Throws: `Failure` if that network cannot be made.
  init(recipe: Recipe, facts: DataFacts, reader: any InputReader) throws {
    self.recipe = recipe
    self.facts = facts
    self.reader = reader
    trained = try recipe.makeNetwork(inputShape: Shape(facts.inputShape), classes: facts.classNames.count)
    _ = try workspace(for: trained.model.inputShape)
  }

  /// The failure that a sample has too few steps for a layer; nil if it has enough. `place` names it.
  func shortage(at place: String, steps: Int) -> Failure? { trained.model.shortage(at: place, steps: steps) }

  /// Calls `body` with the name and the outputs of each sample, and returns those whose outputs are not finite instead.
  func answer(
    _ data: any Dataset, _ name: @escaping (Int) -> String,
    _ body: (_ name: String, _ table: PredictionTable, _ outputs: [Float]) throws -> Void
  ) throws -> [Int] {
    let workspace = try workspace(for: data.inputShape)
    let table = PredictionTable(
      network: workspace.network, facts: facts, separator: reader.classSeparator)
    let predictor = try Predictor(data: data, workspace: workspace)
    var overflown: [Int] = []
    for batch in predictor.batches {
      for prediction in try predictor.predict(batch) {
        guard prediction.outputs.allSatisfy(\.isFinite) else {
          overflown.append(prediction.index)
          continue
        }
        try body(name(prediction.index), table, prediction.outputs)
      }
    }
    return overflown
  }

  /// The workspace for inputs of a shape. Up to 16 are kept.
  private func workspace(for shape: Shape) throws -> Workspace {
    if let made = workspaces[shape] { return made }
    if workspaces.count == 16 { workspaces = [:] }
    let made = try Workspace(
      network(for: shape), batch: Answers.batch, shards: 1, seed: recipe.seed, communicator: SoloCommunicator(),
      precision: recipe.precision)
    workspaces[shape] = made
    return made
  }

  private func network(for shape: Shape) throws -> Network {
    let trainedShape = trained.model.inputShape
    guard shape != trainedShape else { return trained }
    do {
      return try recipe.makeNetwork(inputShape: shape, classes: facts.classNames.count, sharing: trained)
    } catch let failure as Failure {
      throw Failure(
        failure.exitCode, "the run does not take \(shape.text): \(failure.message)",
        advice:
          "it was trained on \(trainedShape.text); only the number of steps may differ, and only if no layer depends "
          + "on it")
    }
  }
}
