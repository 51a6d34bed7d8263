import Diagnostics
import Testing

@testable import Recipes

@Suite struct ScheduleSettingsTests {
  @Test func spansAreStepsOrEpochs() throws {
    func stepSize(_ text: String) throws -> TrainingSpan? {
      (try read("schedule: {name: step, stepSize: \(text)}\n").schedule as? StepScheduleEntry)?.stepSize
    }
    #expect(try stepSize("500") == .steps(500))
    #expect(try stepSize("1 step") == .steps(1))
    #expect(try stepSize("500 steps") == .steps(500))
    #expect(try stepSize("1 epoch") == .epochs(1))
    #expect(try stepSize("2.5 epochs") == .epochs(2.5))
    #expect(try stepSize("\"3  epochs\"") == .epochs(3))
  }

  @Test func spansBecomeWholeSteps() {
    #expect(TrainingSpan.steps(7).steps(perEpoch: 31) == 7)
    #expect(TrainingSpan.epochs(2).steps(perEpoch: 31) == 62)
    #expect(TrainingSpan.epochs(0.1).steps(perEpoch: 31) == 3)
    #expect(TrainingSpan.epochs(1e300).steps(perEpoch: 31) == 1_000_000_000_000_000)
  }

  @Test func wrongSpansGetAdvice() throws {
    let cases = [
      ("soon", "must be a number of steps or epochs, such as 500 steps or 2.5 epochs, not \"soon\""),
      ("3 weeks", "must be a number of steps or epochs, such as 500 steps or 2.5 epochs, not \"3 weeks\""),
      ("2.5 steps", "must be a number of steps or epochs, such as 500 steps or 2.5 epochs, not \"2.5 steps\""),
      ("1 2 steps", "must be a number of steps or epochs, such as 500 steps or 2.5 epochs, not \"1 2 steps\""),
      ("[1]", "must be a number of steps or epochs, such as 500 steps or 2.5 epochs, not a list"),
      ("none", "must be a number of steps or epochs, such as 500 steps or 2.5 epochs, not none"),
      ("-1 epochs", "must be at least 0, not \"-1 epochs\""),
    ]
    for (text, message) in cases {
      #expect(try failure(of: "schedule: {warmup: \(text)}") == wrong("recipe.yaml:5: schedule.warmup " + message))
    }
    #expect(
      try failure(of: "schedule: {name: step, stepSize: 0 epochs}")
        == wrong("recipe.yaml:5: schedule.stepSize must be greater than 0, not \"0 epochs\""))
  }

  @Test func everyEntrySurvivesWritingAndReading() throws {
    var recipe = try read()
    recipe.accumulate = 4
    recipe.ema = EMASettings()
    for schedule in EntryKind.schedule.defaults {
      recipe.schedule = schedule
      #expect(try isIdentical(recipe.validated(), recipe))
    }
    for optimizer in EntryKind.optimizer.defaults {
      recipe.optimizer = optimizer
      #expect(try isIdentical(recipe.validated(), recipe))
    }
    var cosine = CosineScheduleEntry()
    cosine.length = .epochs(2.5)
    cosine.start.warmup = .steps(1)
    cosine.start.scaleWithBatch = 256
    recipe.schedule = cosine
    #expect(recipe.resolvedYAML().contains("  length: 2.5 epochs\n  minimum: 0\n  warmup: 1 step\n"))
    #expect(try recipe.validated() == recipe)
  }

  @Test func theAverageIsNoneOrASection() throws {
    #expect(try read().ema == nil)
    #expect(try read("ema: none\n", "ema.decay=0.5").ema?.decay == 0.5)
    #expect(try read("ema: {}\n").ema == EMASettings())
    #expect(
      try failure(of: "ema: {decay: 1}")
        == wrong("recipe.yaml:5: ema.decay must be at least 0 and below 1, not 1"))
    #expect(
      try failure(of: "ema: [0.99]")
        == wrong(
          "recipe.yaml:5: ema must be a mapping of keys to values or none, not a list",
          "for example ema: {decay: 0.999}"))
  }

  @Test func wrongNamesAndKeysAreNamed() throws {
    #expect(
      try failure(of: "schedule: {name: cosin}")
        == wrong("recipe.yaml:5: schedule.name: there is no schedule \"cosin\"", "did you mean cosine?"))
    #expect(
      try failure(of: "schedule: {name: cosine, gamma: 0.1}")
        == wrong(
          "recipe.yaml:5: unknown key schedule.gamma", "cosine has no such key; it belongs to name: step"))
    #expect(
      try failure(of: "accumulate: 0") == wrong("recipe.yaml:5: accumulate must be from 1 to 65536, not 0"))
    #expect(
      try failure(of: "optimizer: {name: adam, beta2: 1}")
        == wrong("recipe.yaml:5: optimizer.beta2 must be at least 0 and below 1, not 1"))
    #expect(
      try failure(of: "optimizer: {clipValue: 0}")
        == wrong("recipe.yaml:5: optimizer.clipValue must be greater than 0, not 0"))
  }

  @Test func aMinimumAboveTheRateIsRefused() throws {
    #expect(
      try failure(of: "seed: 3\nschedule: {name: cosine, minimum: 0.01}\n")
        == wrong(
          "recipe.yaml:6: schedule.minimum is 0.01, above the learning rate that should fall to it, 0.001",
          "make schedule.minimum at most 0.001, or optimizer.learningRate larger"))
    #expect(
      try failure(of: "optimizer: {learningRate: 1}\n", "schedule.name=polynomial", "schedule.minimum=2").message
        .hasPrefix("command line: schedule.name=polynomial: schedule.minimum is 2"))
    #expect(
      try failure(of: "schedule: {name: plateau, minimum: 0.01}\n").message
        == "recipe.yaml:5: schedule.minimum is 0.01, above the learning rate that should fall to it, 0.001")
    #expect(try read("schedule: {name: plateau, minimum: 0.001}\n").schedule.finalRate == nil)
    #expect(try read("schedule: {name: cosine, minimum: 0.01, scaleWithBatch: 2}\n").schedule.finalRate == 0.01)
  }

  @Test func aStepOfTooManySamplesIsRefused() throws {
    #expect(
      try failure(of: "batch: 2147483647\naccumulate: 2\n")
        == wrong(
          "recipe.yaml:5: a step takes at most 2147483647 samples, but batch is 2147483647 (recipe.yaml:5) "
            + "and accumulate is 2 (recipe.yaml:6)", "make batch at most 1073741823"))
    #expect(throws: Failure.self) { try read("batch: 9223372036854775807\naccumulate: 65536\n") }
    #expect(try read("batch: 2147483647\n").batch == 2_147_483_647)
  }

  @Test func theRateGrowsWithTheBatchIfAsked() throws {
    let scaled = try read(
      "batch: 64\naccumulate: 4\noptimizer: {learningRate: 0.25}\nschedule: {scaleWithBatch: 32}\n")
    #expect(scaled.baseLearningRate == 2)
    #expect(try read("batch: 64\noptimizer: {learningRate: 0.25}\n").baseLearningRate == 0.25)
  }

  @Test func schedulesCountTheRunsSteps() throws {
    // 100 samples in steps of 2 · 16 are 4 steps an epoch, 20 in all.
    let text = """
      batch: 16
      accumulate: 2
      epochs: 5
      data: {epochSize: 100}
      optimizer: {learningRate: 1}

      """
    func rates(_ schedule: String) throws -> [Double] {
      let experiment = try read(text + schedule, "model.layers.1.linear.outputs=4").makeExperiment()
      let base = experiment.settings.learningRate
      return (0...20).map { experiment.schedule.learningRate(step: $0, base: base) }
    }
    let linear = try rates("schedule: {name: polynomial, warmup: 1 epoch, warmupStart: 0.5}\n")
    #expect(linear[0] == 0.5 && linear[3] == 0.875 && linear[4] == 1 && linear[12] == 0.5 && linear[20] == 0)
    let step = try rates("schedule: {name: step, stepSize: 2 epochs, gamma: 0.5}\n")
    #expect(step[7] == 1 && step[8] == 0.5 && step[15] == 0.5 && step[16] == 0.25)
    let short = try rates("schedule: {name: polynomial, length: 5 steps, minimum: 0.1}\n")
    #expect(short[4] == 0.1 + 0.9 * (1 - 0.8) && short[5] == 0.1 && short[20] == 0.1)
    let limited = try rates("steps: 10\nschedule: {name: polynomial}\n")
    #expect(limited[5] == 0.5 && limited[10] == 0)
    #expect(try rates("schedule: {warmup: 100 epochs, name: cosine}\n")[20] == 0.05)
    let restarts = try rates("schedule: {name: cosine-restarts, period: 1 epoch, multiplier: 2, warmup: 2 steps}\n")
    #expect([2, 6, 14].allSatisfy { restarts[$0] == 1 } && restarts[10] == 0.5 && restarts[1] == 0.5)
    let flat = try rates("schedule: {warmup: 3 steps, warmupStart: 0.25, warmupMethod: constant}\n")
    #expect(flat[0] == 0.25 && flat[2] == 0.25 && flat[3] == 1)
  }

  @Test func everyOptimizerIsMadeForTheModel() throws {
    let states: [String: [String]] = [
      "sgd": [], "rmsprop": ["square_avg"], "adam": ["exp_avg", "exp_avg_sq"], "adamw": ["exp_avg", "exp_avg_sq"],
      "lamb": ["exp_avg", "exp_avg_sq"], "lars": ["momentum_buffer"],
    ]
    for type in EntryKind.optimizer.types {
      let experiment = try read(
        "optimizer: {name: \(type.name)}\nema: {decay: 0.5}\n", "model.layers.1.linear.outputs=4"
      )
      .makeExperiment()
      #expect(experiment.optimizer.state.map(\.name) == states[type.name])
      #expect(experiment.optimizer.state.allSatisfy { $0.values.count == experiment.model.valueCount })
      let isEqual = try withExtendedLifetime(experiment) {
        try experiment.evaluatedWeights.values.floats.elementsEqual(try experiment.model.weights.values.floats)
      }
      #expect(isEqual == true)
    }
  }
}
