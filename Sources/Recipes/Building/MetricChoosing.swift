import Diagnostics
import Training

extension Recipe {
  /// The metrics of `evaluate.metrics` for a network, each once, and the one of `monitor`.
  /// - Throws: `Failure` (configuration) naming a metric that its outputs do not have.
  func metrics(for network: Network) throws -> [Metric] {
    let task = MetricTask(network.loss, outputs: network.model.outputShape)
    var metrics: [Metric] = []
    for (index, choice) in evaluate.metrics.enumerated() {
      let chosen: [Metric]
      switch choice {
      case .usual: chosen = task.usual
      case .all: chosen = task.all
      case .one(let metric):
        guard task.has(metric) else { throw misfit(of: metric, to: task, key: "evaluate.metrics.\(index)") }
        chosen = [metric]
      }
      metrics += chosen.filter { !metrics.contains($0) }
    }
    if let metric = try monitoredMetric(task), metric.isFurther, !metrics.contains(metric) { metrics.append(metric) }
    return metrics
  }

  /// The metric that `monitor` names, which is then measured, too; nil if it names none.
  private func monitoredMetric(_ task: MetricTask) throws -> Metric? {
    guard let name = monitor.monitor.metric else { return nil }
    guard let metric = Metric(name: name) else {
      let place = origin.place(of: "monitor.metric") ?? origin.place(of: "monitor")
      throw Failure(
        .configuration, "\(place.map { "\($0): " } ?? "")monitor.metric cannot be \(name)",
        advice: Metric.advice(onTop: name) ?? FamiliarKeys.advice(on: name, among: Metric.names)
          ?? "it must be one of \(names(of: task))")
    }
    guard task.has(metric) else { throw misfit(of: metric, to: task, key: "monitor.metric") }
    return metric
  }

  private func misfit(of metric: Metric, to task: MetricTask, key: String) -> Failure {
    let section = key.split(separator: ".").first.map(String.init) ?? key
    let place = (origin.place(of: key) ?? origin.place(of: section)).map { "\($0): " } ?? ""
    return Failure(
      .configuration, "\(place)\(key) cannot be \(metric.name): with loss \(loss.kind) the outputs are \(task.text)",
      advice: "such outputs have \(names(of: task))")
  }

  /// The names of all metrics of a task.
  private func names(of task: MetricTask) -> String {
    let fixed = task.all.filter { $0 != .top(5) }.map(\.name)
    let tops = task.has(.top(2)) ? ["top-N for N from 2 to one less than the classes"] : []
    return (fixed + tops).joined(separator: ", ")
  }
}

extension Metric {
  /// Advice on a name that begins as `top-5` does but is no metric; nil for other names.
  static func advice(onTop name: String) -> String? {
    guard name.hasPrefix("top") else { return nil }
    return "top-N has N from 2 to one less than the classes, as in top-5; top-1 is accuracy"
  }
}
