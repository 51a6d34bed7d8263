import Datasets

extension Dataset {
  /// Names for `outputs` classes: those of the data, then numbers.
  package func classNames(outputs: Int) -> [String] {
    classNames.count >= outputs ? classNames : classNames + (classNames.count..<outputs).map(String.init)
  }
}

extension EvaluationReport {
  /// This report, read from a file without names of classes, with the names of the data. Nil if the data or the outputs are
  /// not those that were measured.
  package func named(by data: DataSplits, outputs: Int) -> EvaluationReport? {
    guard !confusion.isEmpty else { return self }
    guard let names = data[split]?.classNames(outputs: outputs) else { return nil }
    guard confusion.pairs.allSatisfy({ $0.actual < names.count && $0.predicted < names.count }) else { return nil }
    var report = self
    report.classNames = names
    return report
  }
}
