import Recording

/// What was run, where, and how it ended.
struct SettingsSection {
  let runs: [ReportedRun]

  var section: Section {
    var section = Section(title: "Settings")
    section.tables = [table]
    section.texts = runs.map { ("Recipe of \($0.name), every key", $0.recipeText) }
    section.notes = runs.compactMap(\.stateWords) + runs.compactMap(\.missingWords)
    return section
  }

  private var table: Table {
    let facts: [(String, (ReportedRun) -> String?)] = [
      ("recipe", { "\($0.recipe.name), seed \($0.recipe.seed)" }),
      ("batch", { "\(Format.count($0.recipe.batch)) in \($0.recipe.shards) shards" }),
      ("optimizer", \.recipe.optimizerSummary),
      ("steps recorded", { run in run.metrics.steps.last.map { "up to \(Format.count(Int($0)))" } ?? "none" }),
      ("last evaluation", \.lastEvaluation),
      ("ranks", { run in run.environment.map { "\($0.ranks) on \(Set($0.hosts).sorted().joined(separator: ", "))" } }),
      ("instruction set", { $0.environment?.instructionSet }),
      ("MPI", { $0.environment?.mpi }),
      ("system", { $0.environment?.system }),
      ("begun", { $0.environment?.started }),
      ("command", { $0.environment?.commandWords }),
      ("version", { $0.environment?.version }),
    ]
    return Table(
      headings: [""] + runs.map(\.name),
      rows: facts.compactMap { name, value in
        let values = runs.map(value)
        return values.contains { $0 != nil } ? [name] + values.map { $0 ?? "unknown" } : nil
      })
  }
}

extension ReportedRun {
  fileprivate var lastEvaluation: String? {
    guard let last = metrics.evaluations.last else { return nil }
    let accuracy = last.accuracy.isNaN ? "" : "accuracy \(Format.percent(last.accuracy)), "
    return "\(last.split): \(accuracy)loss \(Format.loss(last.loss)) on \(Format.count(Int(last.samples))) samples"
  }

  /// Says why nothing is shown that the model has to be run for, if that is so.
  fileprivate var missingWords: String? {
    guard case .failure(let failure) = trained else { return nil }
    return "\(name): nothing is shown that needs the model and its data: \(failure.message)."
  }

  /// Says so where the run has not come to its end.
  fileprivate var stateWords: String? {
    isFinished
      ? nil : "\(name) has not come to its end: it is under way, or was stopped. Shown is what it wrote so far."
  }
}

extension RunEnvironment {
  /// The command line, without the place of the program.
  fileprivate var commandWords: String {
    let program = command.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return ([program].compactMap(\.self) + command.dropFirst()).joined(separator: " ")
  }
}
