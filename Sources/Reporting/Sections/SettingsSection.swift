import Recording

/// The runs' settings, machines and results.
struct SettingsSection {
  let runs: [ReportedRun]

  var section: Section {
    var section = Section(title: "Settings")
    section.tables = [table] + (runs.count > 1 ? [differences] : [])
    section.texts = runs.map { ("Recipe of \($0.name), every key", $0.recipeText) }
    section.notes = runs.compactMap(\.stateWords) + runs.compactMap(\.endWords) + runs.compactMap(\.missingWords)
    return section
  }

  /// What a recipe may set, such as the mixing of samples. Without it in any run there is no such row.
  private var options: [(String, (ReportedRun) -> String?)] {
    [
      ("sampling", { $0.recipe.samplingText }), ("mixing", { $0.recipe.mix.text }),
      ("transforms", { $0.setValue("data.transforms") }),
      ("evaluation transforms", { $0.setValue("data.evaluationTransforms") }),
      ("balanced weights", \.balancingWords),
      (
        "monitor",
        { run in
          let monitor = run.recipe.monitor
          return monitor.metric == "auto" && monitor.direction == .auto ? nil : run.keyWords("monitor")
        }
      ),
      ("stop", { $0.recipe.stop == nil ? nil : $0.keyWords("stop") }),
      ("best weights", { $0.recipe.restoreBest ? "restored at the end" : nil }),
    ]
  }

  private var table: Table {
    let facts: [(String, (ReportedRun) -> String?)] = [
      ("recipe", { "\($0.recipe.name), seed \($0.recipe.seed)" }),
      ("model", \.modelWords),
      ("initial weights", { run in run.environment?.initialWeights.map { "SHA-256 \($0.prefix(16))…" } }),
      ("loss", { $0.keyWords("loss") }),
      ("batch", { "\(Format.count($0.recipe.batch)) in \($0.recipe.shards) shards" }),
      ("precision", { $0.recipe.precision.rawValue }),
      ("optimizer", { $0.keyWords("optimizer") }),
      ("schedule", { $0.keyWords("schedule") }),
      ("average", { $0.recipe.ema == nil ? "none" : $0.keyWords("ema") }),
    ]
    let results: [(String, (ReportedRun) -> String?)] = [
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
      rows: rows(facts, missing: "unknown") + rows(options, missing: "none") + rows(results, missing: "unknown")
        + rows([("starts", { RunHistory.words($0.folder.readHistory()) })], missing: "1"))
  }

  /// A row for each fact that some run has.
  private func rows(_ facts: [(String, (ReportedRun) -> String?)], missing: String) -> [[String]] {
    facts.compactMap { name, value in
      let values = runs.map(value)
      return values.contains { $0 != nil } ? [name] + values.map { $0 ?? missing } : nil
    }
  }

  /// The recipes' keys whose values differ between runs.
  private var differences: Table {
    let all = runs.map { run in Dictionary(run.recipe.keys.map { ($0.key, $0.value) }) { first, _ in first } }
    let keys = runs.flatMap { $0.recipe.keys.map(\.key) }.reduce(into: [String]()) { keys, key in
      if key != "name", !keys.contains(key) { keys.append(key) }
    }
    let differing = keys.filter { key in Set(all.map { $0[key] }).count > 1 }
    return Table(
      headings: [differing.isEmpty ? "no key differs" : "keys that differ"] + runs.map(\.name),
      rows: differing.map { key in [key] + all.map { $0[key] ?? "–" } })
  }
}

extension ReportedRun {
  /// The layers with their outputs' shapes, and the number of parameters.
  fileprivate var modelWords: String? {
    guard case .success(let trained) = trained else { return nil }
    let model = trained.experiment.model
    let layers = model.layers.map { "\($0.kind) \($0.outputShape)" }.joined(separator: " → ")
    return "\(layers), \(Format.count(model.parameterCount)) parameters"
  }

  /// All keys of one part of the recipe, its name first.
  fileprivate func keyWords(_ part: String) -> String {
    recipe.keys.filter { $0.key.hasPrefix(part + ".") }.map { key, value in
      let name = key.dropFirst(part.count + 1)
      return name == "name" ? value : "\(name) \(value)"
    }.joined(separator: ", ")
  }

  /// The value of a key that the recipe sets to something; nil if it is none or an empty list, or there is no such key.
  fileprivate func setValue(_ key: String) -> String? {
    recipe.keys.first { $0.key == key }.flatMap { ["none", "[]"].contains($0.value) ? nil : $0.value }
  }

  /// The weights by which the loss balances the training samples; nil if it does not.
  fileprivate var balancingWords: String? {
    guard let key = recipe.loss.balancedKey, let facts = try? folder.readDataFacts(),
      let weights = facts.balancingWeights
    else { return nil }
    let names = facts.classNames
    guard names.count == weights.count, names.count <= 8 else { return "\(key): \(Format.weights(weights))" }
    return "\(key): " + zip(names, weights).map { "\($0) \(Format.loss($1))" }.joined(separator: ", ")
  }

  fileprivate var lastEvaluation: String? {
    guard let last = metrics.evaluations.last.flatMap({ metrics.final($0.split) }) else { return nil }
    let accuracy = last.accuracy.isNaN ? "" : "accuracy \(Format.percent(last.accuracy)), "
    return "\(last.split): \(accuracy)loss \(Format.loss(last.loss)) on \(Format.count(Int(last.samples))) samples"
      + (metrics.end?.restored.map { "; \($0)" } ?? "")
  }

  /// The reason why sections that need the model are missing; nil if they are not.
  fileprivate var missingWords: String? {
    guard case .failure(let failure) = trained else { return nil }
    return "\(name): sections that need the model and its data are missing: \(failure.message)."
  }

  /// Says why the run ended early, and with which weights; nil if it ended with the weights of its last step.
  fileprivate var endWords: String? {
    metrics.end.map { end in
      (end.reason.map { "\(name) ended \($0). " } ?? "") + "\(name) ended with \(end.weights)."
    }
  }

  /// Says that the run has not ended; nil if it has.
  fileprivate var stateWords: String? {
    isFinished
      ? nil : "\(name) has not ended: it is under way, or was stopped. The page shows what it has written so far."
  }
}

extension RunEnvironment {
  /// The command line, without the program's folder.
  fileprivate var commandWords: String {
    let program = command.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return ([program].compactMap(\.self) + command.dropFirst()).joined(separator: " ")
  }
}
