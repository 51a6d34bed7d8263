import Foundation
import Testing

@testable import Recording

@Suite struct TextPlotTests {
  private var plot: TextPlot {
    TextPlot(
      [(1e-4, 2), (1e-3, 2), (1e-2, 1), (1e-1, 3)].map { (x: $0.0, y: $0.1) }, yRange: 1...3, mark: (1e-3, "0.001"))
  }

  @Test func aCurveIsDrawnWithAxesAndAMark() {
    let lines = plot.text(width: 40, height: 4).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 7 && lines.last == "")
    #expect(lines[0].hasPrefix("3.0000 │") || lines[0].hasPrefix(" 3.0000│"), "\(lines[0])")
    #expect(lines[3].contains("1.0000│"))
    #expect(lines[4].contains("└┴0.0001") && lines[4].contains("┴0.01"))
    #expect(lines[5].contains("▲ 0.001"))
    // The mark stands at a third of the axis.
    let axis = lines[4].distance(from: lines[4].startIndex, to: lines[4].firstIndex(of: "└") ?? lines[4].startIndex) + 1
    let place = lines[5].distance(from: lines[5].startIndex, to: lines[5].firstIndex(of: "▲") ?? lines[5].startIndex)
    #expect(place - axis == Int(Double(lines[4].count - axis - 1) / 3 + 0.5))
  }

  /// A curve that rises beyond the plot does not run along its edge.
  @Test func aCurveLeavesThePlot() {
    let points = (0..<40).map { (x: pow(10, Double($0) / 10), y: $0 < 20 ? 1.5 : 5.0 * Double($0)) }
    let lines = TextPlot(points, yRange: 1...2).text(width: 60, height: 6).split(separator: "\n")
    let top = lines[0].drop { $0 != "│" }.dropFirst()
    #expect(top.count { $0 != " " } <= 2 && lines.count == 7, "\(lines.joined(separator: "\n"))")
    #expect(lines.contains { $0.count { ("\u{2801}"..."\u{28FF}") ~= $0 } > 20 }, "the part within is drawn")
  }

  @Test(arguments: [30, 40, 60, 80, 120, 300]) func linesFit(width: Int) {
    for line in plot.text(width: width, height: 8).split(separator: "\n") {
      #expect(line.count < width && line.last != " ", "\(line)")
    }
  }

  @Test func impossiblePlotsAreEmpty() {
    #expect(TextPlot([], yRange: 0...1).text(width: 80, height: 8) == "")
    #expect(TextPlot([(x: 1, y: 1)], yRange: 0...1).text(width: 80, height: 8) == "")
    #expect(plot.text(width: 10, height: 8) == "")
    let wild = TextPlot([(x: 1, y: .nan), (x: 2, y: .infinity), (x: 3, y: 1e300)], yRange: 1...1)
    #expect(wild.text(width: 80, height: 4).split(separator: "\n").count == 5)
  }
}
