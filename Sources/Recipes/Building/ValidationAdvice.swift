import Training

/// What a run goes without if it has no validation samples. Test samples decide on nothing.
extension Recipe {
  /// What to tell of the schedule before the first step.
  func validationNotices(_ experiment: Experiment) -> [String] {
    guard schedule is PlateauScheduleEntry, !experiment.watchesValidation, experiment.data.test != nil else {
      return []
    }
    let missing =
      experiment.data.validation == nil
      ? "there are no validation samples; \(data.validationAdvice)"
      : "evaluate.every is 0; evaluate.every=1 measures on the validation samples after each epoch"
    return ["schedule plateau watches the training loss, since \(missing)"]
  }

  /// Why no best weights are kept, if samples are measured in the course of training and could have been chosen from files; nil
  /// if best weights are kept, or nothing is measured.
  public func noBestReason(_ experiment: Experiment) -> String? {
    guard data is any SplittableEntry, experiment.data.validation == nil, experiment.data.test != nil,
      experiment.settings.evaluateEvery > 0
    else { return nil }
    return "not kept: there are no validation samples; \(data.validationAdvice)"
  }
}
