import DPTrain
import Planning
import Reporting

extension PlanReport {
  /// An SVG of step time, samples/s and efficiency over the number of machines, a line for each number of ranks.
  var svg: String {
    let counts = Set(forecasts.map(\.ranksPerMachine)).sorted()
    func lines(_ value: (Forecast) -> Double) -> [LineFigure.Line] {
      counts.map { count in
        LineFigure.Line(
          "\(count) \(count == 1 ? "rank" : "ranks") on each node",
          points: forecasts.filter { $0.ranksPerMachine == count }.map { (Double($0.machines), value($0)) })
      }
    }
    return LineFigure(
      "\(recipe.name): forecast of a step", xLabel: "nodes",
      charts: [
        ("time of a step, ms", lines { $0.step * 1e3 }), ("samples/s", lines(\.samplesPerSecond)),
        ("efficiency, %", lines { $0.efficiency * 100 }),
      ]
    ).svg
  }
}
