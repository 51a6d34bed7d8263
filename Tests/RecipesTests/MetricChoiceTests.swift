import Diagnostics
import Testing
import Training

@testable import Recipes

/// The metrics that a recipe chooses.
@Suite struct MetricChoiceTests {
  private func metrics(_ overrides: String...) throws -> [String] {
    try Recipe.load("temporal-order", overrides: overrides).makeExperiment().metrics.map(\.name)
  }

  @Test func wordsStandForSeveralMetricsAndEachComesOnce() throws {
    #expect(try metrics() == ["accuracy", "balanced-accuracy", "macro-f1"])
    #expect(try metrics("evaluate.metrics=[kappa, auto, kappa, top-3]").suffix(2) == ["macro-f1", "top-3"])
    #expect(try metrics("evaluate.metrics=[]").isEmpty)
    let all = try metrics("evaluate.metrics=[all]")
    #expect(all.contains("roc-auc") && !all.contains("r2") && !all.contains("top-5"))
    #expect(try metrics("evaluate.metrics=[]", "monitor=kappa") == ["kappa"])
  }

  @Test func choicesAreWrittenAsTheyAreRead() throws {
    let recipe = try Recipe.load("temporal-order", overrides: ["evaluate.metrics=[auto, top-12, roc-auc]"])
    #expect(recipe.evaluate.metrics == [.usual, .one(.top(12)), .one(.rocAUC)])
    #expect(recipe.resolvedYAML().contains("metrics: [auto, top-12, roc-auc]"))
  }

  @Test(arguments: [
    ("evaluate.metrics=[AUC]", "did you mean roc-auc?"),
    ("evaluate.metrics=[mcc]", "did you mean matthews?"),
    ("evaluate.metrics=[macrof1]", "did you mean macro-f1?"),
    ("evaluate.metrics=[acuracy]", "did you mean accuracy?"),
    ("monitor=mcc", "did you mean matthews?"),
    ("evaluate.metrics=[top-1]", "top-N has N from 2 to one less than the classes, as in top-5; top-1 is accuracy"),
    ("evaluate.metrics=[top-0]", "top-N has N from 2 to one less than the classes, as in top-5; top-1 is accuracy"),
    ("evaluate.metrics=[top5]", "top-N has N from 2 to one less than the classes, as in top-5; top-1 is accuracy"),
    ("monitor=top-1", "top-N has N from 2 to one less than the classes, as in top-5; top-1 is accuracy"),
  ])
  func namesOfOtherProgramsGetAdvice(override: String, advice: String) throws {
    let failure = try #require(throws: Failure.self) { try metrics(override) }
    #expect(failure.exitCode == .configuration && failure.advice == advice)
  }

  @Test func aMetricThatDoesNotFitNamesThoseThatDo() throws {
    let failure = try #require(throws: Failure.self) { try metrics("evaluate.metrics=[auto, mae]") }
    #expect(
      failure.message
        == "command line: evaluate.metrics=[auto, mae]: evaluate.metrics.1 cannot be mae: with loss cross-entropy the "
        + "outputs are 4 classes")
    #expect(
      failure.advice?.hasPrefix("such outputs have loss, accuracy, balanced-accuracy, ") == true
        && failure.advice?.hasSuffix(", calibration-error, top-N for N from 2 to one less than the classes") == true)
  }

  @Test func eachTaskHasTheMetricsThatItUsuallyMeasures() {
    for task in [MetricTask.classes(2), .classes(3), .classes(11), .events(1), .events(5), .values(1)] {
      #expect(task.usual.allSatisfy(task.has) && task.all.allSatisfy(task.has) && !task.usual.isEmpty)
    }
    #expect(MetricTask.classes(11).usual.contains(.top(5)) && !MetricTask.classes(5).has(.top(5)))
  }
}
