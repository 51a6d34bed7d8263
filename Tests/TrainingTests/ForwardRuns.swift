import Layers

@testable import Training

/// Counts how often a layer runs forwards in training steps.
final class ForwardRuns: LayerObserver {
  private let place: any Layer
  private(set) var count = 0
  init(of layer: any Layer) { place = layer }
  func layersBegin(_ layers: [any Layer]) {}
  func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int) {
    if work == .forward, layers.contains(where: { $0 === place }) { count += 1 }
  }
}
