import Diagnostics
import Layers
import Training

extension Recipe {
  /// Checks that an epoch's last batch, which may be a small one, has a variance wherever batch normalization takes one.
  /// PyTorch says "Expected more than 1 value per channel when training".
  /// - Returns: notices of layers for which some shards of that batch have none.
  /// - Throws: `Failure` (configuration) naming a layer for which the whole batch has none.
  func checkLastBatch(of experiment: Experiment) throws -> [String] {
    let numbers = experiment.settings
    let samples = experiment.data.training.count
    let last = samples % batch
    guard last > 0, numbers.totalSteps(samples: samples) >= numbers.stepsPerEpoch(samples: samples) else { return [] }
    let settings = model.layers.withNested(key: "model.layers").filter { $0.layer is BatchNormEntry }
    var notices: [String] = []
    let layers = experiment.model.layers.nested.compactMap { $0.layer as? BatchNorm }
    for (layer, named) in zip(layers, settings)
    where layer.outputShape.steps * layer.outputShape.positions == 1 {
      let place = messageName(of: named.layer, key: named.key)
      let others = "the last batch of each epoch has \(last) of \(samples) samples"
      switch layer.statistics {
      case .batch where last == 1:
        throw Failure(
          .configuration, "\(place) needs the mean of at least 2 values a channel, but \(others)",
          advice: "choose a batch that leaves none or more, such as batch: \(batchNear(samples: samples))")
      case .shard where last < 2 * shards:
        let lonely = (0..<shards).filter { ($0 + 1) * last / shards - $0 * last / shards == 1 }.count
        notices.append(
          "\(place): \(others), and \(lonely) of its \(shards) shards get 1 sample each, which has no variance: for it the "
            + "layer gives its bias, and nothing is learned")
      default: break
      }
    }
    return notices
  }

  /// The nearest batch with which no sample is left alone.
  private func batchNear(samples: Int) -> Int {
    let near = (1..<max(batch, 3)).flatMap { [batch - $0, batch + $0] }
    return near.first { $0 >= max(2, shards) && samples % $0 != 1 } ?? samples
  }
}
