import DPTrain

/// What is about to be trained, and with what: printed before the first step.
enum SettingsTable {
  static func text(
    _ recipe: Recipe, experiment: Experiment, environment: RunEnvironment, folder: RunFolder
  ) -> String {
    let model = experiment.model
    let layers = model.layers.map { "\($0.kind) \($0.outputShape)" }
    let optimizer = recipe.optimizer.summary
    let hosts = Set(environment.hosts).count
    var rows = [
      ["recipe", "\(recipe.name), seed \(recipe.seed)"],
      ["data", "\(Format.count(experiment.training.count)) samples an epoch, \(model.inputShape) each"],
      ["model", "\(layers.joined(separator: " → ")), \(Format.count(model.parameterCount)) parameters"],
      ["batch", "\(recipe.batch) in \(recipe.shards) shards"],
      ["optimizer", optimizer],
      [
        "ranks",
        "\(environment.ranks) on \(hosts == 1 ? environment.hosts[0] : "\(hosts) hosts"), \(environment.instructionSet)",
      ],
      ["MPI", environment.mpi],
    ]
    rows.append(["run", folder.path])
    return Format.table(rows) + "\n"
  }
}
