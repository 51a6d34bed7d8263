import Optimizers
import Testing

/// Forty steps of every schedule against PyTorch's numbers (Tests/Reference/make_optimizers.py).
@Suite struct ScheduleTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () -> any Schedule

    init(_ name: String, _ make: @autoclosure @escaping @Sendable () -> any Schedule) {
      testDescription = name
      self.make = make
    }
  }

  @Test(arguments: [
    Case("step", StepSchedule(stepSize: 7, gamma: 0.3)),
    Case("cosine", CosineSchedule(length: 33, minimum: 0.02)),
    Case(
      "warmup-flat-step",
      WarmupSchedule(steps: 8, start: 0.1, isConstant: true, following: StepSchedule(stepSize: 7, gamma: 0.3))),
    Case("cosine-restarts", CosineRestartsSchedule(period: 7, minimum: 0.02)),
    Case("cosine-restarts-longer", CosineRestartsSchedule(period: 5, multiplier: 2)),
    Case(
      "warmup-cosine-restarts",
      WarmupSchedule(steps: 8, start: 0.1, following: CosineRestartsSchedule(period: 3, multiplier: 3, minimum: 0.02))),
    Case("one-cycle", OneCycleSchedule(length: 40)),
    Case("one-cycle-all", OneCycleSchedule(length: 40, rise: 0.41, divisor: 10, finalDivisor: 50)),
    Case("polynomial", PolynomialSchedule(length: 33)),
    Case("polynomial-square", PolynomialSchedule(length: 33, exponent: 2)),
    Case("polynomial-root", PolynomialSchedule(length: 33, exponent: 0.9)),
    Case("warmup-constant", WarmupSchedule(steps: 8, start: 0.1, following: ConstantSchedule())),
    Case("warmup-step", WarmupSchedule(steps: 8, start: 0.1, following: StepSchedule(stepSize: 7, gamma: 0.3))),
    Case(
      "warmup-cosine", WarmupSchedule(steps: 8, start: 0.1, following: CosineSchedule(length: 32, minimum: 0.02))),
  ])
  private func everyRateAgreesWithPyTorch(schedule: Case) throws {
    let wanted = try reference(schedule.testDescription, of: "schedules.npz")
    let own = schedule.make()
    #expect(wanted.count == 40)
    for (step, rate) in wanted.enumerated() {
      #expect((own.learningRate(step: step, base: 0.5) - rate).magnitude < 1e-13, "step \(step)")
    }
  }

  @Test func plateauFollowsPyTorchAlsoWhenRestored() throws {
    let wanted = try reference("plateau", of: "schedules.npz")
    let losses = try reference("plateau.losses", of: "schedules.npz")
    #expect(Set(wanted).count == 5)
    var plateau = PlateauSchedule(factor: 0.3, patience: 2, threshold: 0.01, minimum: 0.01)
    for (loss, rate) in zip(losses, wanted) {
      plateau.observe(loss, better: .least)
      #expect((plateau.learningRate(step: 7, base: 0.5) - rate).magnitude < 1e-13)
      let restored = PlateauSchedule(factor: 0.3, patience: 2, threshold: 0.01, minimum: 0.01)
      restored.state = plateau.state
      plateau = restored
    }
  }

  @Test func aPlateauAfterAWarmupObservesLosses() {
    let schedule = WarmupSchedule(steps: 4, following: PlateauSchedule(factor: 0.5, patience: 0))
    for _ in 0..<2 { schedule.observe(1, better: .least) }
    #expect((0..<6).map { schedule.learningRate(step: $0, base: 2) } == [0, 0.25, 0.5, 0.75, 1, 1])
    let restored = WarmupSchedule(steps: 4, following: PlateauSchedule(factor: 0.5, patience: 0))
    restored.state = schedule.state
    #expect(restored.learningRate(step: 5, base: 2) == 1)
  }

  @Test func aPlateausMinimumAboveTheRateDoesNotRaiseIt() {
    let lost = PlateauSchedule(factor: 0.5, patience: 1)
    for loss in [Double.nan, 1, .nan, 0.5, .nan] { lost.observe(loss, better: .least) }
    #expect(lost.state == ["badLosses": 1, "reductions": 0, "best": 0.5], "a loss that is no number is never better")
    let plateau = PlateauSchedule(minimum: 1)
    #expect(plateau.learningRate(step: 0, base: 0.1) == 0.1)
  }

  @Test func ratesStayConstantAfterTheSchedule() {
    #expect(CosineSchedule(length: 5, minimum: 0.25).learningRate(step: 9, base: 1) == 0.25)
    #expect(PolynomialSchedule(length: 5, minimum: 0.25).learningRate(step: 9, base: 1) == 0.25)
    let cycle = OneCycleSchedule(length: 5, divisor: 4, finalDivisor: 2)
    #expect(cycle.learningRate(step: 4, base: 1) == 0.125)
    #expect(cycle.learningRate(step: 9, base: 1) == 0.125)
  }

  @Test(arguments: 1...4, [0, 0.3, 1])
  func theShortestCyclesHaveRates(length: Int, rise: Double) {
    let cycle = OneCycleSchedule(length: length, rise: rise)
    for step in 0...length {
      let rate = cycle.learningRate(step: step, base: 1)
      #expect(rate > 0 && rate <= 1, "step \(step)")
    }
  }
}
