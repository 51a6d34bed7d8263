// A training loop of one's own, which stops when nothing gets better: mpirun -np 3 custom-loop temporal-order epochs=200
import DPTrain

/// What each rank prepares.
struct Plan {
  let experiment: Experiment
  let step: TrainingStep
  let evaluator: Evaluator
}

/// Epochs without a better loss on the test samples before the training stops.
let patience = 5

Session.run(
  prepare: { communicator in
    let recipe = try Recipe.load(default: "temporal-order")
    let experiment = try recipe.makeExperiment()
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    guard let evaluator = try experiment.makeEvaluator(on: .test, workspace: workspace) else {
      throw Failure(.configuration, "the recipe has no test samples", advice: "name them under data")
    }
    return Plan(
      experiment: experiment, step: try TrainingStep(experiment, workspace: workspace), evaluator: evaluator)
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
      let test = try plan.evaluator.run(step: report.step, epoch: epoch + 1)
      if communicator.isRoot { print("epoch \(epoch + 1): loss \(report.loss), test \(test.loss)") }
      if test.loss < best.loss { best = (test.loss, epoch) }
      // All ranks have the same numbers, so that all stop at the same epoch.
      if epoch - best.epoch >= patience { break }
    }
    if communicator.isRoot { try plan.experiment.writeWeights(to: "weights.safetensors", metadata: [:]) }
  })
