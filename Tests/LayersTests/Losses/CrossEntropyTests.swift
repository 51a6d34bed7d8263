import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct CrossEntropyTests {
  @Test(arguments: Array(2...40) + [50], [0, 0.1])
  func agreesWithFiniteDifferences(classes: Int, smoothing: Double) throws {
    let rows = 1 + classes * 7 % 13
    var random = TestRandom(UInt64(classes))
    let logits = random.floats(rows * classes, scale: 5)
    let targets = (0..<rows).map { _ in Int32.random(in: 0..<Int32(classes), using: &random) }
    let weights = smoothing == 0 ? nil : (0..<classes).map { _ in Double.random(in: 0.5...2, using: &random) }
    let shape = Shape.vector(classes)
    let run = try LossRun(
      CrossEntropy(logits: shape, labelSmoothing: smoothing, classWeights: weights), shape: shape, outputs: logits,
      wanted: .classes(targets), shards: 3)

    func losses(_ point: [Double]) -> [Double] {
      (0..<rows).map { row in
        let z = point[row * classes..<(row + 1) * classes]
        let logSum = log(z.reduce(0) { $0 + exp($1) })
        return z.enumerated().reduce(0) { sum, entry in
          let weight = weights?[entry.offset] ?? 1
          let share = (entry.offset == Int(targets[row]) ? 1 - smoothing : 0) + smoothing / Double(classes)
          return sum + share * weight * (logSum - entry.element)
        }
      }
    }
    let point = logits.map(Double.init)
    let total = losses(point).reduce(0, +)
    #expect((Double(run[.loss]) - total).magnitude < 1e-5 * total)
    #expect(relativeDifference(run.gradient, finiteDifferences(at: point) { losses($0).reduce(0, +) }) < 3e-6)
    let predicted = (0..<rows).map { row in
      let z = Array(logits[row * classes..<(row + 1) * classes])
      return z.firstIndex(of: z.max() ?? 0)
    }
    #expect(run.predictions == predicted)
    #expect(run[.correct] == Float(zip(predicted, targets).filter { $0.0 == Int($0.1) }.count))
    #expect(run[.count] == Float(rows))
    let weight = targets.reduce(0) { $0 + (weights?[Int($1)] ?? 1) }
    #expect((Double(run[.weight]) - weight).magnitude < 1e-6 * weight)
  }

  /// The exponentials of more than 256 classes are added in another order than those of fewer.
  @Test(arguments: [256, 257, 1000, 10_000], [0, 0.1])
  func manyClassesAgreeWithDoublePrecisionOnEveryInstructionSet(classes: Int, smoothing: Double) throws {
    let rows = 5
    var random = TestRandom(UInt64(classes))
    let logits = random.floats(rows * classes, scale: 8)
    let targets = (0..<rows).map { _ in Int32.random(in: 0..<Int32(classes), using: &random) }
    var loss = 0.0
    var gradient: [Double] = []
    var predicted: [Int?] = []
    for row in 0..<rows {
      let z = logits[row * classes..<(row + 1) * classes].map(Double.init)
      let logSum = log(z.reduce(0) { $0 + exp($1) })
      let shares = (0..<classes).map {
        ($0 == Int(targets[row]) ? 1 - smoothing : 0) + smoothing / Double(classes)
      }
      loss += zip(shares, z).reduce(0) { $0 + $1.0 * (logSum - $1.1) }
      gradient += zip(shares, z).map { exp($1 - logSum) - $0 }
      predicted.append(z.firstIndex(of: z.max() ?? 0))
    }
    let results = try onEachInstructionSet {
      try LossRun(
        CrossEntropy(logits: .vector(classes), labelSmoothing: smoothing), shape: .vector(classes), outputs: logits,
        wanted: .classes(targets), shards: 3)
    }
    for (name, run) in results {
      #expect((Double(run[.loss]) - loss).magnitude < 1e-6 * loss, "\(name)")
      #expect(relativeDifference(run.gradient, gradient) < 1e-6, "\(name)")
      #expect(run.predictions == predicted, "\(name)")
      #expect(bits(run.sums + run.gradient) == bits(results[0].result.sums + results[0].result.gradient), "\(name)")
    }
  }

  @Test func largeLogitsDoNotOverflow() throws {
    let run = try LossRun(
      CrossEntropy(logits: .vector(2)), shape: .vector(2), outputs: [1000, 0, -1000, 0], wanted: .classes([0, 0]))
    #expect(run[.loss] == 1000)
    #expect(run.gradient == [0, 0, -1, 1])
  }

  /// Homework 1.3: the loss at the start of training, and how a loss can be larger.
  @Test func guessingCostsTheLogOfTheClassesAndASureMistakeMore() throws {
    let margin = 5.0
    let run = { (logits: [Float]) in
      try LossRun(CrossEntropy(logits: .vector(4)), shape: .vector(4), outputs: logits, wanted: .classes([3]))[.loss]
    }
    #expect((Double(try run([0, 0, 0, 0])) - 1.386294).magnitude < 1e-6)
    let wrong = log(exp(margin) + 3)
    #expect((Double(try run([Float(margin), 0, 0, 0])) - wrong).magnitude < 1e-5 && wrong > margin)
    let right = log(1 + 3 * exp(-margin))
    #expect((Double(try run([0, 0, 0, Float(margin)])) - right).magnitude < 1e-6)
  }

  @Test func ofEqualLogitsTheFirstIsPredicted() throws {
    let run = try LossRun(
      CrossEntropy(logits: .vector(3)), shape: .vector(3), outputs: [3, 3, 3, 1, 2, 2], wanted: .classes([0, 2]))
    #expect(run.predictions == [0, 1])
    #expect(run[.correct] == 1)
  }

  @Test func ignoredRowsCountNowhere() throws {
    let shape = Shape.sequence(steps: 2, features: 3)
    let run = try LossRun(
      CrossEntropy(logits: shape, ignoreIndex: -1), shape: shape, outputs: (0..<12).map { Float($0 % 5) },
      wanted: .classes([0, -1, 2, 1]), lengths: [2, 1])
    // Sample 0 has an ignored step 1, sample 1 ends before its step 1.
    #expect(run[.count] == 2 && run[.weight] == 2)
    #expect(run.predictions.count == 3)
    #expect(run.predictions[0] != nil && run.predictions[1] == nil && run.predictions[2] != nil)
    #expect(run.gradient[3..<6].allSatisfy { $0 == 0 } && run.gradient[9..<12].allSatisfy { $0 == 0 })
    #expect(!run.gradient[0..<3].contains(0) && !run.gradient[6..<9].contains(0))
  }

  /// Rows with two classes, and the focal loss, against finite differences.
  @Test(arguments: [2, 5, 17, 300], [0, 0.5, 2])
  func twoClassesAndFocalAgreeWithFiniteDifferences(classes: Int, gamma: Double) throws {
    let rows = 7
    var random = TestRandom(UInt64(classes))
    let logits = random.floats(rows * classes, scale: 3)
    func draw() -> [Int32] { (0..<rows).map { _ in Int32.random(in: 0..<Int32(classes), using: &random) } }
    let (own, others) = (draw(), draw())
    let weights = (0..<classes).map { _ in Double.random(in: 0.5...2, using: &random) }
    let (shape, share) = (Shape.vector(classes), Float(0.3))
    func losses(_ point: [Double], isMixed: Bool) -> [Double] {
      (0..<rows).map { row in
        let z = point[row * classes..<(row + 1) * classes]
        let logSum = log(z.reduce(0) { $0 + exp($1) })
        func part(_ target: Int32) -> Double {
          let entropy = logSum - z[z.startIndex + Int(target)]
          return weights[Int(target)] * pow(1 - exp(-entropy), gamma) * entropy
        }
        return isMixed ? Double(share) * part(own[row]) + (1 - Double(share)) * part(others[row]) : part(own[row])
      }
    }
    let loss =
      gamma == 0
      ? CrossEntropy(logits: shape, classWeights: weights)
      : CrossEntropy(focal: gamma, logits: shape, classWeights: weights)
    let point = logits.map(Double.init)
    for isMixed in [false, true] {
      let run = try LossRun(
        loss, shape: shape, outputs: logits, wanted: isMixed ? .mixed(own, others, share: share) : .classes(own),
        shards: 3)
      let total = losses(point, isMixed: isMixed).reduce(0, +)
      #expect((Double(run[.loss]) - total).magnitude < 2e-6 * total)
      let wanted = finiteDifferences(at: point) { losses($0, isMixed: isMixed).reduce(0, +) }
      #expect(relativeDifference(run.gradient, wanted) < 4e-6)
      let divisor = isMixed ? Double(rows) : own.reduce(0) { $0 + weights[Int($1)] }
      #expect((Double(run[.weight]) / divisor - 1).magnitude < 1e-6)
      // The partner has the greater share.
      let right = zip(run.predictions, isMixed ? others : own).filter { $0.0 == Int($0.1) }.count
      #expect(run[.correct] == Float(right) && run[.count] == Float(rows))
    }
  }

  @Test func aRowWithAnIgnoredClassDoesNotCount() throws {
    let run = try LossRun(
      CrossEntropy(logits: .vector(2), ignoreIndex: -1), shape: .vector(2), outputs: [1, 2, 3, 4, 5, 6],
      wanted: .mixed([0, -1, 1], [1, 0, -1], share: 0.4))
    #expect(run[.count] == 1 && run[.weight] == 1)
    #expect(run.predictions == [1, nil, nil] && run.gradient[2...].allSatisfy { $0 == 0 })
  }

  @Test func sureFocalRowsAreFinite() throws {
    for gamma in [0.5, 2] {
      let run = try LossRun(
        CrossEntropy(focal: gamma, logits: .vector(2)), shape: .vector(2), outputs: [1000, 0, -1000, 0, 0, 0],
        wanted: .classes([1, 1, 0]))
      #expect((run[.loss] - 1000 - Float(pow(0.5, gamma) * log(2))).magnitude < 1e-3)
      #expect(run.gradient[0...3] == [1, -1, 0, 0])
    }
  }
}
