import Diagnostics
import Layers
import Training

extension Recipe {
  /// Checks that batch normalization gets at least two values per channel from an epoch's last, smaller batch.
  /// - Returns: a notice for each layer for which some shards of that batch have only one sample.
  /// - Throws: `Failure` (configuration) naming a layer if the whole batch has one value per channel.
  func checkLastBatch(of experiment: Experiment) throws -> [String] {
    let numbers = experiment.settings
    let samples = experiment.samplesPerEpoch
    let last = samples % batch
    guard last > 0, numbers.totalSteps(samples: samples) >= numbers.stepsPerEpoch(samples: samples) else { return [] }
    let settings = model.layers.withNested(key: "model.layers").filter { $0.layer is BatchNormEntry }
    var notices: [String] = []
    let layers = experiment.model.layers.nested.compactMap { $0 as? BatchNorm }
    for (layer, named) in zip(layers, settings)
    where layer.outputShape.steps * layer.outputShape.positions == 1 {
      let place = messageName(of: named.layer, key: named.key)
      let others = "the last batch of each epoch has \(last) of \(samples) samples"
      switch layer.statistics {
      case .batch where last == 1:
        throw Failure(
          .configuration, "\(place) needs at least 2 values per channel, but \(others)",
          advice:
            "choose a batch that leaves 0 or at least 2 samples over, such as batch: \(batchNear(samples: samples))")
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

  /// The nearest batch size that leaves no single sample at the end of an epoch.
  private func batchNear(samples: Int) -> Int {
    let near = (1..<max(batch, 3)).flatMap { [batch - $0, batch + $0] }
    return near.first { $0 >= max(2, shards) && samples % $0 != 1 } ?? samples
  }
}
