import Recording

extension Experiment {
  /// What does not learn, and until when; nil if all learns.
  package var frozenText: String? {
    freezing.map { freezing in
      (freezing.count == 0
        ? "running statistics, no parameters"
        : "\(Format.count(freezing.count)) of \(Format.count(model.parameterCount)) parameters")
        + (freezing.steps < .max ? ", for the first \(Format.count(freezing.steps, "step"))" : "")
    }
  }
}

/// A table of the training's settings, printed before the first step.
enum SettingsTable {
  static func text(
    _ recipe: Recipe, experiment: Experiment, environment: RunEnvironment, folder: RunFolder
  ) -> String {
    let model = experiment.model
    let layers = model.layers.map { "\($0.kind) \($0.outputShape)" }
    let hosts = Set(environment.hosts).count
    var rows = [
      ["recipe", "\(recipe.name), seed \(recipe.seed)"],
      ["data", data(experiment)],
      ["groups", experiment.data.groups.map(groups) ?? ""],
      ["sampling", recipe.samplingText ?? ""],
      ["classes", ClassCounts.text(experiment.data.training) ?? ""],
      ["model", "\(layers.joined(separator: " → ")), \(Format.count(model.parameterCount)) parameters"],
      ["frozen", experiment.frozenText ?? ""],
      [
        "batch",
        "\(recipe.batch) in \(counted(recipe.shards, "shard"))"
          + (recipe.balance == .auto ? " shared by speed" : "")
          + (recipe.accumulate > 1 ? ", \(recipe.accumulate) batches a step" : ""),
      ],
      ["precision", recipe.precision == .float32 ? "" : recipe.precision.rawValue],
      ["optimizer", recipe.optimizerSummary],
      ["schedule", recipe.schedule.summary],
      [
        "ranks",
        "\(ranks(environment)) on \(hosts == 1 ? environment.hosts[0] : "\(hosts) hosts"), \(environment.instructionSet)",
      ],
      ["MPI", environment.mpi],
    ]
    if recipe.reduction == .native {
      rows.append(["reduction", "native: by MPI, with other bits on other numbers of ranks"])
    }
    if let compression = experiment.settings.compression {
      rows.append(["compression", "\(compression.format), in at most \(compression.parts) parts"])
    }
    if let mixing = recipe.mix.text { rows.append(["mixing", mixing]) }
    if let key = recipe.loss.balancedKey, let weights = experiment.balancingWeights {
      rows.append([key, Format.weights(weights)])
    }
    if let ema = recipe.ema {
      rows.append(["average", "decay \(ema.decay); evaluations and the weights file take it"])
    }
    rows.append(["run", folder.path])
    return Format.table(rows.filter { !$0[1].isEmpty }) + "\n"
  }

  private static func ranks(_ environment: RunEnvironment) -> String {
    guard let all = environment.startedRanks, all > environment.ranks else { return "\(environment.ranks)" }
    return "\(environment.ranks) of \(all)"
  }

  private static func groups(_ groups: SplitGroups) -> String {
    let parts = Split.allCases.compactMap { split in
      groups.counts[split].map { "\(Format.count($0)) for \(split.rawValue)" }
    }
    return "\(Format.count(groups.count)) by \(groups.source): \(parts.joined(separator: ", "))"
  }

  private static func data(_ experiment: Experiment) -> String {
    let others = [Split.validation, .test].compactMap { split in
      experiment.data[split].map { ", \(Format.count($0.count)) for \(split.rawValue)" }
    }
    return "\(Format.count(experiment.samplesPerEpoch)) samples an epoch" + others.joined()
      + ", \(size(of: experiment.data.training)) each"
  }

  /// The shape of a sample, or the numbers of steps that samples have.
  private static func size(of samples: any Dataset) -> String {
    let lengths = samples.hasLengths ? (0..<samples.count).map(samples.length) : []
    guard let least = lengths.min(), let most = lengths.max() else { return "\(samples.inputShape)" }
    return (least < most ? "\(Format.count(least)) to " : "")
      + "\(Format.count(most, "step")) of \(Format.count(samples.inputShape.features, "number"))"
  }
}
