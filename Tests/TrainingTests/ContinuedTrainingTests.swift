import Collectives
import Layers
import Optimizers
import Testing
import Training

/// Training continues with new objects around the same weights and optimizer, as after a restart.
@Suite struct ContinuedTrainingTests {
  /// Dropout and the schedule depend on the optimizer's step count, which a checkpoint keeps.
  @Test func aNewStepObjectContinuesFromTheOptimizersCount() throws {
    var small = SmallExperiment()
    small.schedule = { PolynomialSchedule(length: 10) }
    small.recurrent = { input, hidden in
      let recurrent = RNN(input: input, hiddenSize: hidden, nonlinearity: .tanh, output: .last)
      return [recurrent, Dropout(input: recurrent.outputShape, probability: 0.5)]
    }
    func train(restarting: Bool) throws -> (weights: [UInt32], rate: Double) {
      let experiment = try small.make()
      func makeStep() throws -> TrainingStep {
        try TrainingStep(experiment, workspace: small.workspace(experiment, SoloCommunicator()))
      }
      var report = StepReport()
      var step = try makeStep()
      step.beginEpoch()
      for batch in 0..<3 {
        if restarting && batch == 2 {
          step = try makeStep()
          step.beginEpoch()
        }
        try step.run(epoch: 0, positions: batch * 33..<(batch + 1) * 33, into: &report)
      }
      let weights = try withExtendedLifetime(experiment) {
        try experiment.model.weights.values.floats.map(\.bitPattern)
      }
      return (weights, report.learningRate)
    }
    let (whole, restarted) = (try train(restarting: false), try train(restarting: true))
    #expect(restarted.weights == whole.weights)
    #expect(restarted.rate == whole.rate && whole.rate == 0.01 * 0.8)
  }
}
