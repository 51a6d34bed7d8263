import Training

/// Notices about what a run lacks without validation samples. Test samples never influence training.
extension Recipe {
  /// What to say about the schedule before the first step.
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

  /// Why no best weights are kept although samples are measured during training; nil if best weights are kept, or
  /// nothing is measured.
  public func noBestReason(_ experiment: Experiment) -> String? {
    guard data is any SplittableEntry, experiment.data.validation == nil, experiment.data.test != nil,
      experiment.settings.evaluateEvery > 0
    else { return nil }
    return "not kept: there are no validation samples; \(data.validationAdvice)"
  }
}
