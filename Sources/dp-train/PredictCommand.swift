import ArgumentParser
import DPTrain

/// `dp-train predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Classify inputs, or compute their numbers, with a run's weights.",
    discussion: """
      What an input is depends on the run's data: text for sequences of symbols or letters, otherwise a file.
        dp-train predict RUN BcXdaYbE        temporal-order: a sequence of its symbols
        dp-train predict RUN Müller Rossi    text-lines: texts, of letters that training knew or not
        dp-train predict RUN "hello    "     echo: letters; with a delay of their own: 3:hello
        dp-train predict RUN new.npz         numpy: a file with x (and lengths); y is not needed
        dp-train predict RUN new-images.gz   idx: a file of images
        dp-train predict RUN 5.1,3.5,1.4     csv: a row of the inputs, or a file
      Without inputs, each line of standard input is one, answered before the next is read.
      """)

  @OptionGroup var source: RunArguments

  @Argument(help: "Texts or files; none for the lines of standard input.", completion: .file())
  var inputs: [String] = []

  @Flag(help: "Print a line of JSON for each sample, with the probabilities of the 100 most probable classes.")
  var json = false

  func run() throws {
    let recipe = try source.load(overrides: [])
    let facts = try source.dataFacts()
    let answers = Answers(recipe: recipe, facts: facts, reader: try recipe.makeReader(facts: facts))
    if inputs.isEmpty {
      while let line = readLine() {
        for answer in try answers.answers(to: line) {
          Terminal.write(
            json ? try answer.json() : answer.cells.dropFirst().map { $0.visible() }.joined(separator: "\t") + "\n")
        }
      }
      return
    }
    var rows: [[String]] = []
    for input in inputs {
      for answer in try answers.answers(to: input) {
        if json {
          Terminal.write(try answer.json())
        } else {
          if rows.isEmpty { rows.append(["input"] + answer.table.outputHeadings) }
          rows.append(answer.cells)
        }
      }
    }
    Terminal.write(Format.table(rows))
  }
}

/// Answers inputs, one after the other, and keeps what can be used again.
private final class Answers {
  struct Answer {
    let input: String
    let outputs: [Float]
    let table: PredictionTable

    var cells: [String] { [input] + table.cells(outputs) }

    func json() throws -> String { try table.json(input, outputs) }
  }

  private static let batch = 64

  private let recipe: Recipe
  private let facts: DataFacts
  private let reader: any InputReader
  private var workspaces: [Shape: Workspace] = [:]

  init(recipe: Recipe, facts: DataFacts, reader: any InputReader) {
    self.recipe = recipe
    self.facts = facts
    self.reader = reader
  }

  func answers(to input: String) throws -> [Answer] {
    let data = try reader.samples(input)
    let workspace = try workspace(for: data.inputShape)
    let table = PredictionTable(
      network: workspace.network, classNames: facts.classNames, separator: reader.classSeparator)
    let predictor = try Predictor(data: data, workspace: workspace)
    return try predictor.batches.flatMap { batch in
      try predictor.predict(batch).map { prediction in
        Answer(
          input: data.count == 1 ? input : "\(input)[\(prediction.index)]", outputs: prediction.outputs, table: table)
      }
    }
  }

  private func workspace(for shape: Shape) throws -> Workspace {
    if let made = workspaces[shape] { return made }
    let made = try Workspace(
      network(for: shape), batch: Answers.batch, shards: 1, seed: recipe.seed, communicator: SoloCommunicator())
    workspaces[shape] = made
    return made
  }

  private func network(for shape: Shape) throws -> Network {
    let trained = Shape(facts.inputShape)
    do {
      return try recipe.makeNetwork(inputShape: shape)
    } catch let failure as Failure where shape != trained {
      throw Failure(
        failure.exitCode, "the run does not take \(shape.words): \(failure.message)",
        advice:
          "it was trained on \(trained.words); only the number of steps may differ, and only if no layer depends on it")
    }
  }
}
