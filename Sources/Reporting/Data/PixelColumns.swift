/// A long series reduced to about one column per pixel of a plot: the least, greatest and mean value of each, so that
/// no outlier is lost.
struct PixelColumns {
  private(set) var spans: [Mark.Span] = []
  private(set) var means: [Mark.Point] = []

  /// Gathers values at ascending places into at most `count` columns of equal width. Values that are not finite are
  /// left out, and so are columns without values.
  init(x: [Double], y: [Double], count: Int) {
    guard let first = x.first, let last = x.last else { return }
    let width = max((last - first) / Double(count), .leastNormalMagnitude)
    var index = 0
    while index < x.count {
      let column = min(((x[index] - first) / width).rounded(.down), Double(count - 1))
      let end = first + (column + 1) * width
      var (low, high, sum, places, number) = (Double.infinity, -Double.infinity, 0.0, 0.0, 0)
      let start = index
      while index < x.count, index == start || x[index] < end || column == Double(count - 1) {
        let value = y[index]
        if value.isFinite {
          low = min(low, value)
          high = max(high, value)
          sum += value
          places += x[index]
          number += 1
        }
        index += 1
      }
      guard number > 0 else { continue }
      let place = (places / Double(number)).rounded()
      spans.append(Mark.Span(x: place, low: low, high: high))
      means.append(Mark.Point(x: place, y: sum / Double(number)))
    }
  }
}

extension PixelColumns {
  /// The values: from the least to the greatest of each column, or a faint line if each column has one value.
  func values(name: String, colour: Int) -> Mark {
    spans.contains { $0.low < $0.high }
      ? .band(name: name, colour: colour, spans: spans)
      : .line(name: name, colour: colour, style: .faint, points: means)
  }

  /// The number of columns in a smoothed mean: about a 30th of all, at least 5.
  private var window: Int { max(5, means.count / 30) | 1 }

  /// The weighted mean of each column and its neighbours, fewer at the ends; farther ones weigh less.
  var smoothed: [Mark.Point] {
    let half = window / 2
    return means.indices.map { index in
      var (sum, weights) = (0.0, 0.0)
      for near in max(0, index - half)...min(means.count - 1, index + half) {
        let weight = Double(half + 1 - abs(near - index))
        sum += weight * means[near].y
        weights += weight
      }
      return Mark.Point(x: means[index].x, y: sum / weights)
    }
  }

  /// The width of the smoothing along the horizontal axis.
  var smoothedWidth: Double {
    guard let first = means.first, let last = means.last, means.count > 1 else { return 1 }
    return (last.x - first.x) / Double(means.count - 1) * Double(window)
  }
}

extension [Mark.Point] {
  /// These points, or if there are many more than `places`, the least and the greatest at each place.
  func thinned(to places: Int) -> [Mark.Point] {
    guard count > 2 * places, places > 0 else { return self }
    return (0..<places).flatMap { place -> [Mark.Point] in
      let part = self[place * count / places..<(place + 1) * count / places].filter(\.y.isFinite)
      guard let low = part.min(by: { $0.y < $1.y }), let high = part.max(by: { $0.y < $1.y }) else { return [] }
      // Keep their order, so that a falling line is drawn falling.
      return low.x == high.x ? [low] : low.x < high.x ? [low, high] : [high, low]
    }
  }
}
