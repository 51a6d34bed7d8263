import Diagnostics
import Tensors

/// How an epoch draws samples with replacement, each in proportion to its weight.
///
/// The draws of an epoch are stratified. The weights of all samples, class after class, are laid end to end. Points with equal
/// distances, of which the first is random, say how many draws each class gets: as many as its weight says, to within one. The
/// weights of a class are then cut into as many equal parts as it has draws, and each part draws the sample at a random point
/// of it. So a sample is expected as often as with independent draws, but less is left to chance. The sampler shuffles the draws. They
/// are a function of seed and epoch.
public struct WeightedDraws: Equatable, Sendable {
  /// The number of draws in an epoch.
  public let count: Int
  /// The samples with a weight, class after class.
  private let samples: [Int]
  /// Where each sample's weight ends in the sum of all.
  private let ends: [Double]
  /// The places in `samples` where classes end.
  private let classEnds: [Int]

  /// Draws in which every class is equally frequent, and so is each sample of a class; `count` is the number of draws, or nil
  /// for as many as there are samples. Samples with a class that is not one of the names are never drawn.
  /// - Throws: `Failure` (configuration) if the samples' classes are not known.
  public init(balancing data: any Dataset, count: Int? = nil) throws {
    guard let classes = data.classes else {
      throw Failure(
        .configuration,
        "sampling is balanced, but "
          + (data.targetLayout.areClasses
            ? "the samples' classes are not known before they are loaded" : "the targets are not classes"),
        advice: "leave sampling out, or give each sample a weight and set sampling to weights")
    }
    var sizes = [Int](repeating: 0, count: data.classNames.count)
    for index in classes where sizes.indices.contains(Int(index)) { sizes[Int(index)] += 1 }
    guard sizes.contains(where: { $0 > 0 }) else {
      throw Failure(
        .data, "sampling is balanced, but no training sample has a class", advice: "give some of them one")
    }
    self.init(
      classes.map { sizes.indices.contains(Int($0)) ? 1 / Double(sizes[Int($0)]) : 0 }, classes: classes, count: count)
  }

  /// Draws in proportion to the weights of the samples; `count` is the number of draws, or nil for as many as there are
  /// samples.
  /// - Throws: `Failure` (configuration) if the samples have no weights, (data) if none is above 0, or their
  ///   sum is not finite.
  public init(weighing data: any Dataset, count: Int? = nil) throws {
    guard let weights = data.sampleWeights else {
      throw Failure(
        .configuration, "sampling is weights, but the samples have none",
        advice: "the data sources numpy, csv and csv-sequences read them: an array weights, or the column data.weight")
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw Failure(
        .data, "sampling is weights, but no training sample has a weight above 0",
        advice: "a sample is drawn in proportion to its weight: give some of them one")
    }
    guard weights.reduce(0, +).isFinite else {
      throw Failure(
        .data, "sampling is weights, but the weights add up to more than a number can hold",
        advice: "divide them all by the same number: only their ratios count")
    }
    self.init(weights, classes: data.classes, count: count)
  }

  private init(_ weights: [Double], classes: [Int32]?, count: Int?) {
    self.count = count ?? weights.count
    let weighed = weights.indices.filter { weights[$0] > 0 }
    let samples = classes.map { classes in weighed.sorted { (classes[$0], $0) < (classes[$1], $1) } } ?? weighed
    var sum = 0.0
    ends = samples.map { index in
      sum += weights[index]
      return sum
    }
    classEnds = (1...samples.count).filter { place in
      place == samples.count || classes.map { $0[samples[place - 1]] != $0[samples[place]] } ?? false
    }
    self.samples = samples
  }

  /// Writes an epoch's draws in the order of the weights: the sample of each, and how often it was drawn before.
  func draw(epoch: Int, _ random: Philox, to drawn: UnsafeMutableBufferPointer<Draw>) {
    let shift = Double(random.uniform(epoch: epoch, sample: count, element: 2))
    let total = ends[ends.count - 1]
    var (place, index, start) = (0, 0, 0.0)
    for classEnd in classEnds {
      let end = ends[classEnd - 1]
      let last = classEnd == ends.count ? count : min(count, Int(end / total * Double(count) + shift))
      let part = (end - start) / Double(max(1, last - index))
      let first = index
      while index < last {
        let chance = Double(random.uniform(epoch: epoch, sample: index, element: 2))
        let point = start + (Double(index - first) + chance) * part
        while place < classEnd - 1, ends[place] <= point { place += 1 }
        let isAgain = index > first && drawn[index - 1].sample == samples[place]
        drawn[index] = Draw(sample: samples[place], earlier: isAgain ? drawn[index - 1].earlier + 1 : 0)
        index += 1
      }
      (place, start) = (classEnd, end)
    }
  }
}

/// A sample as an epoch draws it.
struct Draw {
  var sample: Int
  /// How often the epoch has drawn the sample before.
  var earlier = 0
}
