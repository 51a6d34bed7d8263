import Foundation

/// How far a training is, in one line: plain for logs, or with a bar for a terminal.
struct ProgressLine {
  /// The step, and the last of the run, where that is known.
  var step = 0
  var totalSteps: Int?
  var epoch = 0
  var epochs = 0
  var loss = 0.0
  var accuracy: Double?
  /// The last evaluation, for example `test 98.2 %`.
  var evaluation: String?
  var samplesPerSecond = 0.0
  /// Share of time in which ranks wait for one another; nil where there is one rank alone.
  var waiting: Double?
  /// Seconds to the end, where it is known.
  var left: Double?

  /// Facts in their order; each has a rank, the highest of which goes first where there is no room.
  private var facts: [(rank: Int, text: String)] {
    var facts = [(5, "epoch \(epoch)/\(epochs)"), (1, "loss \(Format.loss(loss))")]
    if let accuracy { facts.append((3, "accuracy \(Format.percent(accuracy))")) }
    if let evaluation { facts.append((2, evaluation)) }
    facts.append((6, "\(Format.count(samplesPerSecond)) samples/s"))
    if let waiting { facts.append((4, "waiting \(Format.percent(waiting))")) }
    if let left { facts.append((0, "\(Format.duration(left)) left")) }
    return facts
  }

  /// The line for a log.
  var plain: String {
    let steps = "step \(step)" + (totalSteps.map { "/\($0)" } ?? "")
    return ([steps] + facts.map(\.text)).joined(separator: "  ")
  }

  /// The line for a terminal of so many columns: a bar, the curve of the loss, and what else there is room for.
  func bar(width: Int, curve: LossCurve) -> String {
    let share = min(1, Double(step) / Double(max(totalSteps ?? step, 1)))
    let percent = String(format: "%3d %%", Int(share * 100))
    var facts = facts
    while facts.count > 1, facts.map(\.text).joined(separator: "  ").count + 20 > width {
      let least = facts.indices.max { facts[$0].rank < facts[$1].rank } ?? 0
      facts.remove(at: least)
    }
    // What is left over goes to the bar first, then to the curve, which stands behind the loss.
    let room = width - facts.map(\.text).joined(separator: "  ").count - percent.count - 6
    let cells = min(12, max(4, room))
    let sparkline = curve.sparkline(width: min(24, room - cells - 1))
    if !sparkline.isEmpty, let place = facts.firstIndex(where: { $0.rank == 1 }) {
      facts[place].text += " \(sparkline)"
    }
    let filled = Int(share * Double(cells))
    let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    return String("\(blocks) \(percent)  \(facts.map(\.text).joined(separator: "  "))".prefix(width - 1))
  }
}
