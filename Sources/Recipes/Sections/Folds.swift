extension Recipe {
  /// The number of folds to train one after the other; nil if the recipe is of one training.
  package var foldsToTrain: Int? {
    guard let split = (data as? any SplittableEntry)?.split, split.fold == nil else { return nil }
    return split.folds
  }

  /// The recipe of one fold, counted from 1.
  package func ofFold(_ fold: Int) -> Recipe {
    guard var data = data as? any SplittableEntry else { return self }
    data.split.fold = fold
    var recipe = self
    recipe.data = data
    return recipe
  }

  /// Whether a finished training of another recipe has the same result: at most what it records and saves differs.
  package func hasResult(of other: Recipe) -> Bool {
    let free = ["name", "optimizerSharding", "balance", "compareRanks", "model.frozenCache", "checkpoint.", "record."]
    func decisive(_ recipe: Recipe) -> [String] {
      recipe.keys.filter { key, _ in !free.contains { key == $0 || $0.hasSuffix(".") && key.hasPrefix($0) } }
        .map { "\($0.key): \($0.value)" }
    }
    return decisive(self) == decisive(other)
  }
}
