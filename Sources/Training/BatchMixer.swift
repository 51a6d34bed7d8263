import Datasets
import Diagnostics
import Layers
import Tensors

/// Mixes the samples that a rank has loaded with those before them in the batch over all ranks.
///
/// Of these only the one before its first is not the rank's own. It is loaded as well: one sample more for each batch. If the
/// rank has the whole batch, that sample is its own last.
final class BatchMixer {
  private let mixing: Mixing
  private let shape: Shape
  private let random: Philox
  /// The sample before the rank's first.
  private let before: Batch

  /// Memory for mixing samples of `data`.
  /// - Throws: `Failure` (system) if there is not enough.
  init(_ mixing: Mixing, data: any Dataset, seed: UInt64) throws {
    self.mixing = mixing
    shape = data.inputShape
    random = Philox(seed: seed, purpose: .mixing)
    before = try Batch(for: data, capacity: 1)
  }

  /// Mixes the samples of `portion` in `batch`. `sampler` has the order of the portion's epoch.
  /// - Throws: `Failure` if a sample cannot be read.
  func mix(_ batch: Batch, _ portion: BatchLoader.Portion, sampler: Sampler) throws {
    let (whole, own) = (portion.batch, portion.positions)
    guard !own.isEmpty else { return }
    let position = (own.lowerBound == whole.lowerBound ? whole.upperBound : own.lowerBound) - 1
    if own.contains(position) {
      before.copy(sample: position - own.lowerBound, of: batch)
    } else {
      try sampler.load(position..<position + 1, epoch: portion.epoch, into: before)
    }
    batch.mix(
      mixing.draw(random, epoch: portion.epoch, first: whole.lowerBound, shape: shape), first: before)
  }
}

extension Experiment {
  /// What mixes the training samples; nil if they are not mixed.
  /// - Throws: `Failure` (system) if memory is short.
  func makeMixer() throws -> BatchMixer? {
    try settings.mixing.map { try BatchMixer($0, data: data.training, seed: settings.seed) }
  }
}

extension Mixing {
  /// Checks that samples with such targets can be mixed for a network.
  /// - Throws: `Failure` (configuration) naming the recipe's key.
  package func check(_ data: any Dataset, for network: Network) throws {
    func refuse(_ key: String, _ reason: String, advice: String) -> Failure {
      Failure(.configuration, "\(key) \(reason)", advice: advice)
    }
    if data.hasLengths {
      throw refuse(
        "mix", "adds samples value by value, but these differ in length",
        advice: "leave mix out, or give samples of one length, without an array lengths")
    }
    if let layer = network.model.layers.nested.first(where: { $0 is Embedding }) {
      throw refuse(
        "mix", "adds samples value by value, but the layer \(layer.kind) takes them as indices", advice: "leave mix out"
      )
    }
    if cutmix > 0, !data.inputShape.isImage {
      throw refuse(
        "mix.cutmix", "cuts a box out of images, but samples are \(data.inputShape.text)",
        advice: "use mix.mixup, which takes samples of any shape")
    }
    if cutmix > 0, case .values(let shape) = data.targetLayout, shape.isImage {
      throw refuse(
        "mix.cutmix", "gives a sample one target of two, but each pixel has its own", advice: "use mix.mixup")
    }
    if data.targetLayout.areClasses, !network.loss.takesMixedClasses {
      throw refuse(
        "mix", "gives each sample two classes, but loss \(network.loss.kind) takes one",
        advice: "use loss: cross-entropy, or leave mix out")
    }
  }
}
