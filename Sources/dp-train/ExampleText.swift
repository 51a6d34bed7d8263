import DPTrain

/// Samples that a model classified rightly and wrongly, as tables.
enum ExampleText {
  /// Up to `right` and `wrong` samples, of all classes in turn.
  static func text(data: any Dataset, recipe: Recipe, right: Int, wrong: Int) throws -> String {
    let network = try recipe.makeNetwork(inputShape: data.inputShape, classes: data.classNames.count)
    guard network.loss.meaning == .classes else {
      return network.loss.meaning == .events
        ? "\na sample has several labels, each right or wrong by itself, so none is shown as right or wrong\n"
        : "\nthe outputs are numbers, so no sample is shown as right or wrong\n"
    }
    let workspace = try Workspace(
      network, batch: recipe.batch, shards: 1, seed: recipe.seed, communicator: SoloCommunicator(),
      precision: recipe.precision)
    let predictor = try Predictor(data: data, workspace: workspace, continues: true)
    let reader = try recipe.makeReader(facts: data.facts)
    let table = PredictionTable(network: network, facts: data.facts, separator: reader.classSeparator)
    // If each step has a class, the sample itself has none.
    let classes =
      data.targetLayout == .oneClass ? data.classNames(outputs: network.model.outputShape.features).count : 1
    var kinds = [Kind(isRight: true, limit: right), Kind(isRight: false, limit: wrong)].filter { $0.limit > 0 }
    for batch in predictor.spreadBatches {
      if kinds.allSatisfy({ $0.found.isComplete(classes: classes) }) { break }
      for prediction in try predictor.predict(batch) {
        let isRight = zip(table.classes(prediction.outputs), prediction.targets).allSatisfy { $1 == nil || $0 == $1 }
        let label = classes == 1 ? 0 : prediction.targets.first.flatMap(\.self) ?? -1
        for place in kinds.indices where kinds[place].isRight == isRight && kinds[place].found.accepts(label) {
          let input = try data.text(of: prediction.index)
          let cells = [input, table.text(of: prediction.targets)] + table.cells(prediction.outputs)
          kinds[place].found.add((prediction.index, cells), of: label)
        }
      }
    }
    return kinds.map { kind in
      let rows = kind.found.chosen.sorted { $0.index < $1.index }.map(\.cells)
      let heading = kind.isRight ? "right" : "wrong"
      guard !rows.isEmpty else { return "\n\(heading): none\n" }
      return "\n\(heading)\n" + Format.table([["sample", "actual"] + table.outputHeadings] + rows)
    }.joined()
  }

  /// The samples found of one kind, at most `limit`.
  private struct Kind {
    let isRight: Bool
    let limit: Int
    var found: ClassTurns<(index: Int, cells: [String])>

    init(isRight: Bool, limit: Int) {
      self.isRight = isRight
      self.limit = limit
      found = ClassTurns(limit: limit)
    }
  }
}
