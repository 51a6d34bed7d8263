extension Fault {
  /// Faults of a recipe, in its file or in overrides.
  static let recipes =
    [
      overriding(
        "optimizer.learnigRate=1", testDescription: "an unknown key on the command line",
        says: "unknown key optimizer.learnigRate"),
      overriding(
        "epochs=many", testDescription: "text where a number belongs",
        says: "epochs must be a whole number, not \"many\""),
      overriding(
        "data.source=nump", testDescription: "an unknown data source",
        says: "data.source: there is no data source \"nump\""),
      overriding(
        "data.source=numpy", testDescription: "a required key that is missing", says: "data.train is missing"),
      overriding(
        "batch=4", testDescription: "a batch smaller than its shards",
        says: "a shard needs at least one sample, but batch is 4 (command line: batch=4) and shards is 8 "
          + "(temporal-order:7)"),
      overriding(
        "evaluate.metrics=[roc-acu]", testDescription: "an unknown metric",
        says: "evaluate.metrics.0 cannot be \"roc-acu\""),
      overriding(
        "evaluate.metrics=[auto, r2]", testDescription: "a metric of numbers for classes",
        says: "evaluate.metrics.1 cannot be r2: with loss cross-entropy the outputs are 4 classes"),
      overriding(
        "monitor=micro-f1", testDescription: "a monitored metric of events for classes",
        says: "monitor.metric cannot be micro-f1: with loss cross-entropy the outputs are 4 classes"),
      Fault(
        testDescription: "a missing recipe file", arguments: ["train", "missing.yaml"], status: 66,
        message: "missing.yaml: there is no such recipe file"),
      reading(
        "model:\n  layers: [lstm, linear: {outputs: 4}]\nepochs: 1\nbatchsize: 32\n",
        testDescription: "an unknown key in a file", says: "recipe.yaml:4: unknown key batchsize"),
      reading(
        "epochs: many\nmodel:\n  layers: [lstm, linear: {outputs: 4}]\n",
        testDescription: "text where a number belongs in a file",
        says: "recipe.yaml:1: epochs must be a whole number, not \"many\""),
      reading(
        "model:\n  layers: [lstm, linear: {outputs: 4}\nepochs: 1\n", testDescription: "a bracket that is not closed",
        says: "recipe.yaml:3:1: not valid YAML: while parsing a flow sequence that starts on line 2, "
          + "did not find expected ',' or ']'"),
      reading(
        "epochs: 1\n", testDescription: "a file without layers", says: "recipe.yaml: model.layers is missing"),
      reading(
        "model:\n  layers: [lstm, linear: {outputs: 5}, lstm, linear: {outputs: 4}]\n",
        testDescription: "an LSTM behind a linear layer that gives a vector",
        says: "recipe.yaml:2: model.layers.2 (lstm) needs a sequence, steps × features, but its input is a vector of 5"),
      reading(
        "model:\n  layers: [lstm: {output: all}, linear: {outputs: 4}]\n",
        testDescription: "a model that gives a sequence",
        says: "recipe.yaml:2: model.layers.1 (linear): the model gives a sequence of 8×4, but each sample has one class"
      ),
      reading(
        "model:\n  layers: [lstm, linear: {outputs: 3}]\n", testDescription: "fewer outputs than classes",
        says: "recipe.yaml:2: model.layers.1 (linear): the model gives 3 outputs, but the data has 4 classes"),
    ]

  private static func overriding(_ override: String, testDescription: String, says message: String) -> Fault {
    Fault(
      testDescription: testDescription, arguments: ["train", override, "--out", "run"], status: 78,
      message: "command line: \(override): \(message)")
  }

  private static func reading(_ text: String, testDescription: String, says message: String) -> Fault {
    Fault(
      testDescription: testDescription, arguments: ["train", "recipe.yaml", "--out", "run"], status: 78,
      message: message, prepare: { try $0.write(text, to: "recipe.yaml") })
  }
}
