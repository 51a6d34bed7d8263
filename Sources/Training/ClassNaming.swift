import Datasets

extension Dataset {
  /// The names of the classes that so many outputs tell apart: the data's own, and behind them numbers.
  package func classNames(outputs: Int) -> [String] {
    classNames.count >= outputs ? classNames : classNames + (classNames.count..<outputs).map(String.init)
  }
}

extension EvaluationReport {
  /// A report that was read from a file, with the classes' names, which it lacks there; nil where the data or the outputs
  /// are others than those that were measured.
  package func named(by data: DataSplits, outputs: Int) -> EvaluationReport? {
    guard !confusion.isEmpty else { return self }
    guard let names = data[split]?.classNames(outputs: outputs) else { return nil }
    guard confusion.pairs.allSatisfy({ $0.actual < names.count && $0.predicted < names.count }) else { return nil }
    var report = self
    report.classNames = names
    return report
  }
}
