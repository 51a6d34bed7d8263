import Collectives
import Images
import Training

/// Makes pictures of a model during training: its first filters, feature maps of an image, classified images, and the
/// states of recurrent layers over a sequence.
///
/// It uses the training's weights in a workspace of its own, only on rank 0, so that training is not affected.
public final class TrainingPictures: Observer {
  /// A picture for TensorBoard.
  public struct Picture: Sendable {
    /// The tag, for example `filters/0.weight`.
    public let tag: String
    /// A PNG file with red, green and blue.
    public let png: [UInt8]
    /// Its size.
    public let size: ImageSize
  }

  private static let (examples, scanned) = (8, 128)

  private let experiment: Experiment
  private let cadence: (_ step: Int) -> Bool
  private let add: (_ picture: Picture, _ step: Int) throws -> Void

  /// Passes pictures of an experiment to `add` at the steps of `cadence`.
  public init(
    _ experiment: Experiment, at cadence: @escaping (_ step: Int) -> Bool,
    add: @escaping (_ picture: Picture, _ step: Int) throws -> Void
  ) {
    self.experiment = experiment
    self.cadence = cadence
    self.add = add
  }

  /// Makes the pictures if they are due.
  public func stepDidFinish(_ report: StepReport) throws {
    guard cadence(report.step) else { return }
    for picture in try pictures() { try add(picture, report.step) }
  }

  /// Makes all pictures of the model with its current weights.
  /// - Throws: `Failure` if samples cannot be read, or there is not enough memory.
  public func pictures() throws -> [Picture] {
    let (network, settings) = (experiment.evaluatedNetwork, experiment.settings)
    var pictures: [Picture?] = []
    if let filters = try FilterTiles(network.model) {
      pictures.append(try picture("filters/\(filters.name)", filters.tiles.map(\.tile)))
    }
    // Training samples may be in use by the thread that loads ahead.
    guard let monitored = experiment.data.monitored.flatMap({ experiment.data[$0] }),
      monitored.inputShape == network.model.inputShape
    else { return pictures.compactMap(\.self) }
    let probe = ModelProbe(network, seed: settings.seed, precision: settings.precision)
    if monitored.inputShape.isImage {
      for maps in try FeatureMapTiles.all(probe, data: monitored, sample: 0) {
        pictures.append(try picture("feature maps/\(maps.output.place) \(maps.output.kind)", maps.tiles.map(\.tile)))
      }
      let found = try Examples(
        network, seed: settings.seed, precision: settings.precision, data: monitored,
        limit: TrainingPictures.examples, scanned: TrainingPictures.scanned
      )
      for (kind, chosen) in [("right", found?.right ?? []), ("wrong", found?.wrong ?? [])] {
        pictures.append(try picture("classified \(kind)", monitored.tiles(samples: chosen.map(\.index))))
      }
    } else if monitored.inputShape.isSequence {
      let result = try probe.run(on: monitored, samples: [0], gradients: false)
      for states in result.states {
        pictures.append(try picture("states/\(states.layerWords)", [states.tile(steps: states.lengths[0])]))
      }
    }
    return pictures.compactMap(\.self)
  }

  private func picture(_ tag: String, _ tiles: [Tile]) throws -> Picture? {
    try Sheet(tiles).map { Picture(tag: tag, png: try $0.png(), size: $0.size) }
  }
}

extension RecurrentStates {
  /// The hidden state of the first sample: one row per unit, one column per step.
  fileprivate func tile(steps: Int) -> Tile {
    let values = (0..<hidden.columns).flatMap { unit in (0..<steps).map { hidden[$0, sample: 0, column: unit] } }
    let limit = max(values.map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
    return Tile.signed(values, height: hidden.columns, width: steps, limit: limit)
  }
}
