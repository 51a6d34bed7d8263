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

  /// Whether a finished training of another recipe had the same weights and the same length.
  package func hasResult(of other: Recipe) -> Bool {
    firstDifference(from: other) == nil && epochs == other.epochs && steps == other.steps
      && schedule.isEqual(to: other.schedule)
  }
}
