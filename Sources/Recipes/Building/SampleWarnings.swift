import Datasets
import Training

extension RecipeWarnings {
  /// Labels that seem to count from 1.
  var firstClass: String? {
    guard data.training.lacksFirstClass else { return nil }
    return
      "No training sample is of class 0, the first of \(data.training.classNames.count). Class indices start at 0: "
      + "labels from 1 become y - 1."
  }

  /// Validation samples of one class, of which the monitored metric is not defined.
  var monitorOfOneClass: String? {
    guard recipe.monitor.monitor.metric == Metric.rocAUC.name, let classes = data.validation?.classes,
      let first = classes.first, classes.allSatisfy({ $0 == first }),
      data.training.classNames.indices.contains(Int(first))
    else { return nil }
    return
      "monitor.metric is roc-auc, which needs samples of two classes, but all \(classes.count) validation samples are of class "
      + "\(data.training.classNames[Int(first)]). No weights are the best."
  }

  /// A batch of more samples than the training has.
  var batchSize: String? {
    let (step, count) = (recipe.batch * recipe.accumulate, recipe.epochLength(of: data.training))
    guard step > count else { return nil }
    return
      "A step takes \(step) samples, but an epoch has \(count): it takes all of them, and an epoch is one "
      + "step. A smaller batch makes more steps of it."
  }
}

extension Dataset {
  /// Whether classes are numbered from 0 and no sample is of class 0.
  var lacksFirstClass: Bool { classNames.first == "0" && classes?.contains(0) == false }
}

extension Recipe {
  /// The share of its training samples that the data source sets aside for a part.
  public func keptShare(for split: Split) -> Double {
    guard let shares = (data as? any SplittableEntry)?.split else { return 0 }
    return split == .test ? shares.testShare : split == .validation ? shares.validationShare : 0
  }
}
