// A training loop of one's own, which stops when nothing gets better:
// mpirun -np 3 custom-loop temporal-order data.validationSize=992 epochs=200
import DPTrain

/// What each rank prepares.
struct Plan {
  let experiment: Experiment
  let step: TrainingStep
  let evaluator: Evaluator
  let split: Split
}

/// Epochs without a better loss on the validation samples before the training stops.
let patience = 5

Session.run(
  prepare: { communicator in
    let recipe = try Recipe.load(default: "temporal-order")
    let experiment = try recipe.makeExperiment()
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    guard let split = experiment.data.monitored,
      let evaluator = try experiment.makeEvaluator(on: split, workspace: workspace)
    else { throw Failure(.configuration, "the recipe has nothing to measure on", advice: "name samples under data") }
    let step = try TrainingStep(experiment, workspace: workspace)
    return Plan(experiment: experiment, step: step, evaluator: evaluator, split: split)
  },
  work: { communicator, plan in
    let settings = plan.experiment.settings
    let samples = plan.experiment.data.training.count
    var report = StepReport()
    var best = (loss: Double.infinity, epoch: 0)
    for epoch in 0..<settings.epochs {
      plan.step.beginEpoch()
      for first in stride(from: 0, to: samples, by: settings.samplesPerStep) {
        // Every rank names the whole batch; the step takes this rank's part of it.
        let batch = first..<min(first + settings.samplesPerStep, samples)
        try plan.step.run(epoch: epoch, positions: batch, into: &report)
        report.step += 1
      }
      // With evaluate.every=0 nothing is measured, and nothing stops early.
      guard settings.evaluateEvery > 0, (epoch + 1).isMultiple(of: settings.evaluateEvery) else { continue }
      let measured = try plan.evaluator.run(step: report.step, epoch: epoch + 1)
      if communicator.isRoot { print("epoch \(epoch + 1): loss \(report.loss), \(plan.split) \(measured.loss)") }
      if measured.loss < best.loss { best = (measured.loss, epoch) }
      // Test samples decide on nothing. All ranks have the same numbers, so that all stop at the same epoch.
      if plan.split == .validation, epoch - best.epoch >= patience { break }
    }
    // Rank 0 alone reads the weights; it gets those after the last step.
    if communicator.isRoot { try plan.experiment.writeWeights(to: "weights.safetensors", metadata: [:]) }
  })
