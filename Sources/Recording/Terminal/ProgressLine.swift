import Foundation

/// The progress of a training in one line: plain for logs, or with a bar for a terminal.
struct ProgressLine {
  /// The step, and the number of steps of the run, if known.
  var step = 0
  var totalSteps: Int?
  var epoch = 0
  var epochs = 0
  var loss = 0.0
  var accuracy: Double?
  /// The last evaluation, for example `test 98.2 %`.
  var evaluation: String?
  var samplesPerSecond = 0.0
  /// The share of time in which ranks wait for each other; nil for a single rank.
  var waiting: Double?
  /// Seconds to the end, if known.
  var left: Double?

  /// The facts in order. If there is not enough room, those of the highest rank are dropped first.
  private var facts: [(rank: Int, text: String)] {
    var facts = [(5, "epoch \(epoch)/\(epochs)"), (1, "loss \(Format.loss(loss))")]
    if let accuracy { facts.append((3, "accuracy \(Format.percent(accuracy))")) }
    if let evaluation { facts.append((2, evaluation)) }
    facts.append((6, "\(Format.count(samplesPerSecond)) samples/s"))
    if let waiting { facts.append((4, "waiting \(Format.percent(waiting))")) }
    if let left { facts.append((0, "\(Format.duration(left)) left")) }
    return facts
  }

  /// The line for logs.
  var plain: String {
    let steps = "step \(step)" + (totalSteps.map { "/\($0)" } ?? "")
    return ([steps] + facts.map(\.text)).joined(separator: "  ")
  }

  /// A bar of `cells` characters, of which a share is filled.
  static func bar(share: Double, cells: Int) -> String {
    let filled = Int(share * Double(cells))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
  }

  /// The line for a terminal of `width` columns: a bar, the curve of the loss, and as many facts as fit.
  func bar(width: Int, curve: LossCurve) -> String {
    let share = min(1, Double(step) / Double(max(totalSteps ?? step, 1)))
    let percent = String(format: "%3d %%", Int(share * 100))
    var facts = facts
    while facts.count > 1, facts.map(\.text).joined(separator: "  ").count + 20 > width {
      let least = facts.indices.max { facts[$0].rank < facts[$1].rank } ?? 0
      facts.remove(at: least)
    }
    // The bar takes the remaining room first, then the curve, which comes after the loss.
    let room = width - facts.map(\.text).joined(separator: "  ").count - percent.count - 6
    let cells = min(12, max(4, room))
    let sparkline = curve.sparkline(width: min(24, room - cells - 1))
    if !sparkline.isEmpty, let place = facts.firstIndex(where: { $0.rank == 1 }) {
      facts[place].text += " \(sparkline)"
    }
    return String(
      "\(ProgressLine.bar(share: share, cells: cells)) \(percent)  \(facts.map(\.text).joined(separator: "  "))".prefix(
        width - 1))
  }
}
