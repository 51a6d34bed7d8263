import Foundation
import Training

/// The metric over one key: a point for each variant. Numbers have an axis, other values a column each.
struct KeyPlot {
  let key: String
  /// Whether the key's range was drawn evenly in the logarithm.
  var isLogarithmic = false
  let metric: String
  let points: [(value: String, metric: Double, text: String)]

  /// The chart.
  var chart: Chart {
    let metricAxis = SweepScale(metric: metric, values: points.map(\.metric))
    let axis: Axis
    let xs: [Double]
    switch KeyValues(points.map(\.value), isLogarithmic: isLogarithmic) {
    case .numbers(let numbers, let isLogarithmic):
      xs = numbers
      let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
      // Room for the points at the ends.
      let room = isLogarithmic ? pow(high / low, 0.04) : (high - low) * 0.04
      axis = Axis(
        key, isLogarithmic: isLogarithmic,
        bounds: low == high ? nil : isLogarithmic ? low / room...high * room : low - room...high + room)
    case .names(let names, let places):
      xs = places.map { Double($0) }
      axis = Axis(key, bounds: -0.5...Double(names.count) - 0.5, names: names)
    }
    let marks = zip(xs, points).map { ($0, $1) }
    return Chart(
      x: axis, y: metricAxis.axis,
      marks: [
        .points(
          name: "a variant", colour: 0,
          points: marks.map { (Mark.Point(x: $0, y: metricAxis.scaled($1.metric)), $1.text) })
      ])
  }
}

/// How a metric is drawn: a share in per cent, values of very different sizes on a logarithmic axis.
struct SweepScale {
  let axis: Axis
  private let factor: Double

  init(metric: String, values: [Double]) {
    let isShare = Metric(name: metric)?.isShare ?? false
    factor = isShare ? 100 : 1
    let isLogarithmic = !isShare && KeyValues.areLogarithmic(values.filter(\.isFinite))
    axis = Axis(metric + (isShare ? " (%)" : isLogarithmic ? " (logarithmic)" : ""), isLogarithmic: isLogarithmic)
  }

  /// A value as it is drawn.
  func scaled(_ value: Double) -> Double { value * factor }
}
