import Recording

/// What was run, where, and how it ended.
struct SettingsSection {
  let runs: [ReportedRun]

  var section: Section {
    var section = Section(title: "Settings")
    section.tables = [table]
    section.texts = runs.map { ("Recipe of \($0.name), every key", $0.recipeText) }
    section.notes = runs.compactMap(\.stateWords)
    return section
  }

  private var table: Table {
    let facts: [(String, (ReportedRun) -> String?)] = [
      ("recipe", { "\($0.recipe.name), seed \($0.recipe.seed)" }),
      ("batch", { "\(Format.count($0.recipe.batch)) in \($0.recipe.shards) shards" }),
      ("optimizer", { "\($0.optimizerName), learning rate \(Digits.value($0.metrics[.learningRate].first ?? .nan))" }),
      ("steps recorded", { run in run.metrics.steps.last.map { "up to \(Format.count(Int($0)))" } ?? "none" }),
      ("last evaluation", \.lastEvaluation),
      ("ranks", { run in run.environment.map { "\($0.ranks) on \(Set($0.hosts).sorted().joined(separator: ", "))" } }),
      ("instruction set", { $0.environment?.instructionSet }),
      ("MPI", { $0.environment?.mpi }),
      ("system", { $0.environment?.system }),
      ("begun", { $0.environment?.started }),
      ("command", { $0.environment?.command.joined(separator: " ") }),
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
  /// The optimizer's name in recipes.
  fileprivate var optimizerName: String {
    recipeText.split(separator: "\n").drop { !$0.hasPrefix("optimizer:") }.dropFirst()
      .first { $0.contains("name:") }?.split(separator: ":").last.map { $0.filter { $0 != " " } } ?? "unknown"
  }

  fileprivate var lastEvaluation: String? {
    guard let last = metrics.evaluations.last else { return nil }
    let accuracy = last.accuracy.isNaN ? "" : "accuracy \(Format.percent(last.accuracy)), "
    return "\(last.split): \(accuracy)loss \(Format.loss(last.loss)) on \(Format.count(Int(last.samples))) samples"
  }

  /// Says so where the run has not come to its end.
  fileprivate var stateWords: String? {
    isFinished
      ? nil : "\(name) has not come to its end: it is under way, or was stopped. Shown is what it wrote so far."
  }
}
