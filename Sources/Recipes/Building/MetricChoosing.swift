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
      let nearest = nearestName(to: name, among: Metric.names).map { "did you mean \($0)?" }
      throw Failure(
        .configuration, "\(place.map { "\($0): " } ?? "")monitor.metric cannot be \(name)",
        advice: nearest ?? "it must be one of \(task.all.map(\.name).joined(separator: ", "))")
    }
    guard task.has(metric) else { throw misfit(of: metric, to: task, key: "monitor.metric") }
    return metric
  }

  private func misfit(of metric: Metric, to task: MetricTask, key: String) -> Failure {
    let place = origin.place(of: key).map { "\($0): " } ?? ""
    return Failure(
      .configuration, "\(place)\(key) cannot be \(metric.name): with loss \(loss.kind) the outputs are \(task.text)",
      advice: "\(task.text) have \(task.all.map(\.name).joined(separator: ", "))"
        + (task.has(.top(2)) ? " (or another number than 5)" : ""))
  }
}
