import Diagnostics
import Formats
import Foundation
import Recording
import Training

/// The contents of `metrics.jsonl`, one list per number.
struct Metrics {
  /// The numbers of a step, in the order of a line.
  enum Quantity: String, CaseIterable {
    case loss, accuracy, gradientNorm, learningRate, samplesPerSecond, shortenedSteps
    case dataSeconds, computeSeconds, communicationSeconds, waitingSeconds
  }

  /// A line of the ranks' shares of the shards.
  struct Shares: Equatable {
    /// The number of steps before.
    let step: Double
    /// The shards of each rank.
    let counts: [Int]
    /// The share of a step's time that they promised to save.
    let saving: Double
  }

  /// The line of an evaluation.
  struct Evaluation: Equatable {
    var split = ""
    var step = 0.0
    var epoch = 0.0
    var loss = Double.nan
    var accuracy = Double.nan
    var samples = 0.0
    /// The further metrics by name, NaN if not defined.
    var metrics: [String: Double] = [:]
  }

  /// The recorded steps, ascending.
  private(set) var steps: [Double] = []
  /// The epoch of each, from 1.
  private(set) var epochs: [Double] = []
  private var columns = [[Double]](repeating: [], count: Quantity.allCases.count)
  /// The number of recorded steps of which no label counts, so that they have no loss.
  private(set) var stepsOfNothing = 0
  /// The evaluations in order.
  private(set) var evaluations: [Evaluation] = []
  /// The ranks' shares in order, if they follow the ranks' speed.
  private(set) var shares: [Shares] = []
  /// How the training ended, if early or with its best weights.
  private(set) var end: RunEnd?

  /// One number of all recorded steps; NaN if it was not recorded.
  subscript(quantity: Quantity) -> [Double] {
    Quantity.allCases.firstIndex(of: quantity).map { columns[$0] } ?? []
  }

  /// Whether any step has this number.
  func has(_ quantity: Quantity) -> Bool { self[quantity].contains { !$0.isNaN } }

  /// Reads a file up to its last complete line.
  /// - Throws: `Failure` (noInput, data) naming the file and the line.
  init(path: String) throws {
    var reader = Reader()
    var number = 0
    try LineFile(path: path).forEach { line in
      number += 1
      guard reader.read(line, into: &self) else {
        throw Failure(
          .data, "\(path), line \(number), is not a line of metrics",
          advice: "each is one JSON object with event, step, epoch and loss, as training writes it; steps ascend")
      }
    }
  }

  /// Reads the lines in order.
  private struct Reader {
    private let names: [[UInt8]] = Quantity.allCases.map { Array($0.rawValue.utf8) }
    private var values = [Double](repeating: .nan, count: Quantity.allCases.count)

    mutating func read(_ line: UnsafeRawBufferPointer, into metrics: inout Metrics) -> Bool {
      for index in values.indices { values[index] = .nan }
      var (step, epoch, samples): (Double?, Double, Double) = (nil, .nan, 0)
      var (event, split, shares) = ("", "", "")
      var others: [String: Double] = [:]
      var hasLoss = true
      let isWhole = FlatObject(line).forEach { name, value in
        if let index = names.firstIndex(where: { name.elementsEqual($0) }) {
          values[index] = value.number?.drawable ?? .nan
          if index == 0 { hasLoss = value.number != nil }
        } else if name.elementsEqual("step".utf8) {
          step = value.number
        } else if name.elementsEqual("epoch".utf8) {
          epoch = value.number ?? .nan
        } else if name.elementsEqual("event".utf8) {
          event = value.text
        } else if name.elementsEqual("split".utf8) {
          split = value.text
        } else if name.elementsEqual("shares".utf8) {
          shares = value.text
        } else if name.elementsEqual("samples".utf8) {
          samples = value.number ?? 0
        } else {
          others[String(decoding: name, as: UTF8.self)] = value.number?.drawable ?? .nan
        }
      }
      guard isWhole, let step, [step, epoch, samples].allSatisfy(\.isCount) else { return false }
      if event == "step" {
        guard step > metrics.steps.last ?? 0, epoch >= metrics.epochs.last ?? 1 else { return false }
        metrics.steps.append(step)
        metrics.epochs.append(epoch)
        for index in values.indices { metrics.columns[index].append(values[index]) }
        if !hasLoss { metrics.stepsOfNothing += 1 }
      } else if event == "evaluation" {
        metrics.evaluations.append(
          Evaluation(
            split: split, step: step, epoch: epoch, loss: values[0], accuracy: values[1], samples: samples,
            metrics: others))
      } else if event == "shares" {
        let counts = shares.split(separator: " ").map { Int($0) ?? 0 }
        guard !counts.isEmpty, counts.allSatisfy({ 1...4096 ~= $0 }) else { return false }
        metrics.shares.append(Shares(step: step, counts: counts, saving: others["saving"] ?? 0))
      } else if event == "end" {
        metrics.end = try? JSONDecoder.withSpecialNumbers().decode(RunEnd.self, from: Data(line))
      }
      return true
    }
  }
}

extension Metrics {
  /// The parts of the data that were evaluated, in the order of their first evaluation.
  var splits: [String] { evaluations.map(\.split).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }

  /// The evaluation of a part of the data that belongs to the weights that training ended with: the last one, or if these are
  /// the best weights, that of their epoch. Nil if the part was not evaluated.
  func final(_ split: String) -> Evaluation? {
    let own = evaluations.filter { $0.split == split }
    guard let epoch = end?.weightsEpoch else { return own.last }
    return own.last { $0.epoch == Double(epoch) } ?? own.last
  }

  /// The means of a number over the steps of each epoch that have it, at the epoch's number; NaN if none has.
  func epochMeans(_ quantity: Quantity) -> [Mark.Point] {
    let values = self[quantity]
    var means: [Mark.Point] = []
    var (sum, count) = (0.0, 0)
    for index in values.indices {
      if !values[index].isNaN { (sum, count) = (sum + values[index], count + 1) }
      guard index + 1 == values.count || epochs[index + 1] != epochs[index] else { continue }
      means.append(Mark.Point(x: epochs[index], y: sum / Double(count)))
      (sum, count) = (0, 0)
    }
    return means
  }
}

extension Double {
  /// Whether this is a whole number that can count steps, epochs or samples.
  var isCount: Bool { 0...0x1p53 ~= self && self == rounded() }

  /// The number in a range that plots can draw: smaller than any loss or gradient becomes 0, larger becomes infinite,
  /// so that sums and powers of ten stay within a Double.
  var drawable: Double { magnitude < 1e-150 ? 0 : magnitude > 1e150 ? self * .infinity : self }
}
