import Diagnostics
import Training

/// Notices about what a run lacks without validation samples. Test samples never influence training.
extension Recipe {
  /// Checks that there is something to judge training by, if the recipe wants it judged.
  /// - Throws: `Failure` (configuration) naming the key that needs evaluations on validation samples.
  func checkValidation(of experiment: Experiment) throws {
    let wants = [("stop", "ends training early", stop != nil), ("restoreBest", "takes the best weights", restoreBest)]
    guard let (key, deed, _) = wants.first(where: \.2) else { return }
    guard experiment.data.validation != nil else {
      throw Failure(
        .configuration, "\(named(key)) \(deed) by the validation samples, but there are none",
        advice: data.validationAdvice + "; test samples must not decide")
    }
    guard experiment.settings.evaluateEvery > 0 else {
      throw Failure(
        .configuration, "\(named(key)) \(deed) by evaluations in the course of training, but evaluate.every is 0",
        advice: "evaluate.every=1 measures after each epoch")
    }
  }

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
  /// nothing is measured. `best` is the report on the best weights.
  public func noBestReason(_ experiment: Experiment, best: EvaluationReport?) -> String? {
    guard experiment.settings.evaluateEvery > 0, best == nil else { return nil }
    guard experiment.data.validation == nil else {
      let metric = experiment.settings.monitor.name { _ in experiment.loss.hasAccuracy }
      return metric == "loss"
        ? "not kept: validation loss was never a finite number"
        : "not kept: validation \(metric) and loss were never both finite numbers"
    }
    guard data is any SplittableEntry, experiment.data.test != nil else { return nil }
    return "not kept: there are no validation samples; \(data.validationAdvice)"
  }
}
