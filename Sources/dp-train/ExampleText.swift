import DPTrain

/// Samples that a model classified rightly and wrongly, written out.
enum ExampleText {
  /// Up to so many of each, in the data set's order.
  static func text(data: any Dataset, recipe: Recipe, right: Int, wrong: Int) throws -> String {
    let network = try recipe.makeNetwork(inputShape: data.inputShape)
    guard network.loss.meaning == .classes else {
      return "\nthe outputs are no classes, so there is no right and wrong\n"
    }
    let workspace = try Workspace(
      network, batch: recipe.batch, shards: 1, seed: recipe.seed, communicator: SoloCommunicator())
    let predictor = try Predictor(data: data, workspace: workspace, continues: true)
    let reader = try recipe.makeReader(facts: data.facts)
    let table = PredictionTable(network: network, classNames: data.classNames, separator: reader.classSeparator)
    var found: [Bool: [[String]]] = [true: [], false: []]
    let limits = [true: right, false: wrong]
    for batch in predictor.batches {
      for prediction in try predictor.predict(batch) {
        let isRight = zip(table.classes(prediction.outputs), prediction.targets).allSatisfy { $1 == nil || $0 == $1 }
        guard found[isRight, default: []].count < limits[isRight, default: 0] else { continue }
        let input = try data.text(of: prediction.index)
        found[isRight]?.append(
          [input, table.text(of: prediction.targets)] + table.cells(prediction.outputs))
      }
      if limits.allSatisfy({ found[$0.key, default: []].count >= $0.value }) { break }
    }
    return [(true, "right"), (false, "wrong")].map { isRight, heading in
      let rows = found[isRight, default: []]
      guard !rows.isEmpty else { return "\n\(heading): none\n" }
      return "\n\(heading)\n" + Format.table([["sample", "actual"] + table.outputHeadings] + rows)
    }.joined()
  }
}
