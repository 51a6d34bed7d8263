import Foundation
import Testing
import Training

@testable import Reporting

@Suite("Plots")
struct PlotTests {
  @Test("ticks are round and lie within the axis")
  func ticks() {
    #expect(Scale(0...10, from: 0, to: 100).ticks(5) == [0, 2, 4, 6, 8, 10])
    #expect(Scale(0.2...1860, from: 0, to: 100).ticks(4) == [500, 1000, 1500])
    #expect(
      Scale(0.01...100, from: 0, to: 100, isLogarithmic: true).ticks(5).map(Digits.tick) == [
        "0.01", "0.1", "1", "10", "100",
      ])
    #expect([0, 0.0005, 20_000, 3e6, 1e-5, 2e-7].map(Digits.tick) == ["0", "0.0005", "20k", "3M", "10⁻⁵", "2·10⁻⁷"])
  }

  @Test("a scale is linear or logarithmic, and survives a single value")
  func scale() {
    #expect(Scale(0...4, from: 10, to: 50)(1) == 20)
    #expect(abs(Scale(1...100, from: 0, to: 2, isLogarithmic: true)(10) - 1) < 1e-12)
    #expect(Scale(3...3, from: 0, to: 1)(3).isFinite)
  }

  @Test("a symmetric logarithmic scale shows both signs, and small and large values")
  func symmetric() {
    let scale = Scale(-1000...1000, from: 0, to: 200, linearSize: 0.01)
    #expect(scale(0) == 100 && scale(1000) == 200 && scale(-1000) == 0)
    #expect(scale(0.01) > 105 && scale(-0.01) < 95 && scale(1) - scale(0.1) > 15)
    #expect(scale.ticks(4) == [-1000, -1, 0, 1, 1000])
    #expect(Scale(0...50, from: 0, to: 1, linearSize: 1).ticks(4) == [0, 1, 10])
  }

  @Test("long tick labels move the frame and do not cover the axis label")
  func labels() {
    #expect(Frame.left(besides: [0, 1, 2]) == 62)
    #expect(Frame.left(besides: [0.00025]) >= 25 + 7 * 7)
  }

  @Test("each measured point has a dot")
  func dots() {
    let mark = Mark.line(name: "test", colour: 1, style: .dotted, points: [.init(x: 0, y: 1), .init(x: 1, y: 2)])
    let html = Chart(x: Axis("epoch"), y: Axis("loss"), marks: [mark]).drawing(title: "x").html
    #expect(html.contains(#"class="series c1 dots""#) && html.components(separatedBy: "h0").count == 3)
  }

  @Test("columns keep minimum, maximum and mean of finite values")
  func columns() {
    let places = (0..<1000).map(Double.init)
    var values = places.map { _ in 1.0 }
    values[503] = 11
    values[504] = .nan
    let columns = PixelColumns(x: places, y: values, count: 10)
    #expect(columns.spans.count == 10)
    #expect(columns.spans.map(\.high).max() == 11)
    #expect(columns.means.map(\.y).max() == (98.0 + 11) / 99)
    let few = PixelColumns(x: [1, 2, 7], y: [5, 6, 9], count: 300)
    #expect(few.means == [.init(x: 1, y: 5), .init(x: 2, y: 6), .init(x: 7, y: 9)])
  }

  @Test("smoothing keeps a constant and spreads a single value")
  func smoothing() {
    let places = (0..<100).map(Double.init)
    #expect(PixelColumns(x: places, y: places.map { _ in 3 }, count: 100).smoothed.allSatisfy { abs($0.y - 3) < 1e-12 })
    let peak = PixelColumns(x: places, y: places.map { $0 == 50 ? 9 : 0 }, count: 100).smoothed
    #expect(peak[50].y == 3 && peak[49].y == 2 && peak[47].y == 0)
  }

  @Test("paths are relative and as short as possible")
  func paths() {
    var path = PathText()
    path.move(62, 10.04)
    path.line(63, 9.7)
    path.line(62.5, 20)
    path.close()
    #expect(path.text == "M62 10l1-.3-.5 10.3z")
  }

  @Test("a diverging loss leaves the plot of a range test at its top, and steps before it are not cut")
  func divergence() throws {
    let rates = (0..<40).map { pow(10, Double($0) / 10 - 4) }
    // Batches differ by 0.4; the smoothed loss falls from 1 to 0.5.
    let losses = rates.indices.map { step in
      step < 30 ? 1 - 0.5 * Double(step) / 29 + (step.isMultiple(of: 2) ? 0.2 : -0.2) : 2 + 10 * Double(step - 30)
    }
    let curve = RateCurve(rates: rates, losses: losses, range: RateRange(from: 1e-4, to: 0.9, steps: 40))
    let range = RateFigure.range(of: curve, eachStep: true)
    #expect(range.upperBound > 1.2 && range.upperBound < 2)
    let lowest = try #require(curve.lowest)
    for (rate, loss) in zip(curve.rates, curve.losses) where rate <= lowest.rate { #expect(range ~= loss, "\(rate)") }
    #expect(RateFigure.range(of: curve).upperBound < range.upperBound, "smoothed losses need less room")
    let figure = RateFigure(title: "test", curve: curve).figure
    #expect(figure.note.hasPrefix("Losses above "), "\(figure.note)")

    let cut = RateFigure.cut([1.0, 3, 5, 1].enumerated().map { Mark.Point(x: pow(10, Double($0)), y: $1) }, at: 2)
    #expect(cut.map(\.y).map { $0.isNaN ? -1 : $0 } == [1, 2, -1, 2, 1])
    // Halfway, and three quarters of the way, on the logarithmic axis.
    #expect(abs(cut[1].x - pow(10, 0.5)) < 1e-9 && abs(cut[3].x - pow(10, 2.75)) < 1e-6)
  }

  @Test("a line breaks at a missing value; marks at the same places share them")
  func chart() {
    let points = [1.0, 2, .nan, 4].enumerated().map { Mark.Point(x: Double($0.offset), y: $0.element) }
    let chart = Chart(
      x: Axis("step"), y: Axis("loss"),
      marks: [.line(name: "a", colour: 0, points: points), .line(name: "b", colour: 1, points: points)])
    let html = chart.drawing(title: "x").html
    #expect(html.contains(#"data-at0="0 1 2 3""#) && !html.contains("data-at1"))
    #expect(html.components(separatedBy: #"data-is="1 2 NaN 4""#).count == 3)
    #expect(chart.legend.map(\.name) == ["a", "b"])
  }
}
