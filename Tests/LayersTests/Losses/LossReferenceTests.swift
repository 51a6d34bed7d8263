import Formats
import Layers
import Tensors
import TestSupport
import Testing

/// Mean losses and their gradients against PyTorch's float64 (Tests/Reference/losses.npz).
@Suite struct LossReferenceTests {
  typealias Make = @Sendable (_ outputs: Shape, _ weights: [Double]) -> any Loss
  private static let entropies: [(name: String, make: Make)] = [
    ("cross-entropy.plain", { outputs, _ in CrossEntropy(logits: outputs) }),
    ("cross-entropy.smoothed", { outputs, _ in CrossEntropy(logits: outputs, labelSmoothing: 0.1) }),
    ("cross-entropy.weighted", { outputs, weights in CrossEntropy(logits: outputs, classWeights: weights) }),
    ("cross-entropy.ignoring", { outputs, _ in CrossEntropy(logits: outputs, ignoreIndex: -100) }),
    (
      "cross-entropy.everything",
      { CrossEntropy(logits: $0, labelSmoothing: 0.2, classWeights: $1, ignoreIndex: -100) }
    ),
    ("cross-entropy.steps", { outputs, _ in CrossEntropy(logits: outputs, labelSmoothing: 0.1) }),
    ("cross-entropy.mixed", { outputs, _ in CrossEntropy(logits: outputs) }),
    ("cross-entropy.mixed-weighted", { CrossEntropy(logits: $0, classWeights: $1) }),
    ("cross-entropy.mixed-smoothed", { outputs, _ in CrossEntropy(logits: outputs, labelSmoothing: 0.1) }),
    ("cross-entropy.mixed-everything", { CrossEntropy(logits: $0, labelSmoothing: 0.2, classWeights: $1) }),
    ("focal.plain", { outputs, _ in CrossEntropy(focal: 2, logits: outputs) }),
    ("focal.half", { outputs, _ in CrossEntropy(focal: 0.5, logits: outputs) }),
    ("focal.weighted", { CrossEntropy(focal: 1.5, logits: $0, classWeights: $1) }),
    ("focal.mixed", { outputs, _ in CrossEntropy(focal: 2, logits: outputs) }),
  ]
  private static let eventLosses: [(name: String, make: Make)] = [
    ("bce-weighted", { EventLoss(.weighted(Array($1.prefix($0.features))), logits: $0) }),
    ("binary-focal", { outputs, _ in EventLoss(.focal(alpha: 0.25, gamma: 2), logits: outputs) }),
    ("binary-focal-half", { outputs, _ in EventLoss(.focal(alpha: nil, gamma: 0.5), logits: outputs) }),
  ]
  private static let events: [(name: String, make: Make)] = eventLosses.flatMap { name, make in
    [("\(name).rows", make), ("\(name).steps", make)]
  }
  private static let functions: [(name: String, function: ValueLoss.Function)] = [
    ("bce", .binaryCrossEntropy), ("mse", .squared), ("l1", .absolute), ("huber", .huber(delta: 0.7)),
    ("smooth-l1", .smoothAbsolute(beta: 0.7)),
  ]
  private static let values: [(name: String, make: Make)] = functions.flatMap { name, function in
    let make: Make = { _, _ in ValueLoss(function) }
    return [("\(name).rows", make), ("\(name).steps", make)]
  }
  static let losses = entropies + values + events

  private func run(_ name: String, shards: Int) throws -> LossRun {
    let archive = try reference("losses.npz")
    let make = try #require(Self.losses.first { $0.name == name }).make
    let x = try archive.array("\(name).x")
    let y = try archive.array("\(name).y")
    let shape = Shape(Array(x.shape.dropFirst()))
    let weights = try archive.array(name.hasPrefix("bce-weighted") ? "positive-weights" : "weights").doubles()
    let partners =
      archive.names.contains("\(name).partners") ? try archive.array("\(name).partners").int32s() : nil
    let isOfValues = y.element == .float32
    let classes = isOfValues ? [] : try y.int32s()
    let wanted: LossRun.Wanted =
      isOfValues
      ? .values(y.floats())
      : partners.map { .mixed(classes, $0, share: 0.3) } ?? .classes(classes)
    let lengths = archive.names.contains("\(name).lengths") ? try archive.array("\(name).lengths").int32s() : []
    return try LossRun(
      make(shape, weights), shape: shape, outputs: x.floats(), wanted: wanted, lengths: lengths, shards: shards)
  }

  @Test(arguments: losses.map(\.name), [1, 4])
  func agreesWithPyTorch(name: String, shards: Int) throws {
    let archive = try reference("losses.npz")
    let run = try run(name, shards: shards)
    let wanted = try archive.array("\(name).loss").doubles()[0]
    #expect((run.mean / wanted - 1).magnitude < 1e-6)
    #expect(relativeDifference(run.meanGradient, try archive.array("\(name).grad.x").doubles()) < 1e-6)
  }

  @Test(arguments: losses.map(\.name))
  func hasTheSameBitsOnEveryInstructionSet(name: String) throws {
    let results = try onEachInstructionSet {
      let run = try run(name, shards: 3)
      return bits(run.sums + run.gradient)
    }
    for result in results { #expect(result.result == results[0].result, "\(result.name) differs") }
  }
}
