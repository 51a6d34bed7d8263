import Datasets

extension Dataset {
  /// Names for `outputs` classes: those of the data, then numbers.
  package func classNames(outputs: Int) -> [String] {
    classNames.count >= outputs ? classNames : classNames + (classNames.count..<outputs).map(String.init)
  }
}

extension EvaluationReport {
  /// This report, read from a file without names of classes and outputs, with the names of the data. Nil if the data or the outputs are
  /// not those that were measured.
  package func named(by data: DataSplits, outputs: Int) -> EvaluationReport? {
    var report = self
    guard !confusion.isEmpty else {
      report.targetNames = data[split]?.targetNames ?? []
      return report
    }
    guard let names = data[split]?.classNames(outputs: outputs) else { return nil }
    guard confusion.pairs.allSatisfy({ $0.actual < names.count && $0.predicted < names.count }) else { return nil }
    report.classNames = names
    return report
  }
}
