/// Watches a backward pass and tells from where to the end of the vector all gradients are written.
///
/// The last layer's gradients, which lie at the end, come first. Layers within others need not finish in the order of
/// their parameters: the frontier waits for all behind it.
package final class GradientFrontier {
  /// Each layer's parameters among the model's, by number.
  private var numbers: [ObjectIdentifier: Range<Int>] = [:]
  private let offsets: [Int]
  private var isWritten: [Bool]
  private var first: Int
  private let advance: (Int) throws -> Void

  /// Watches a model's passes; `advance` is told the offset of the frontier whenever it has moved.
  package init(_ model: Model, advance: @escaping (_ offset: Int) throws -> Void) {
    offsets = model.parameters.map(\.offset)
    isWritten = Array(repeating: false, count: offsets.count)
    first = offsets.count
    self.advance = advance
    var next = 0
    for layer in model.layers.nested where layer.parts.isEmpty {
      numbers[ObjectIdentifier(layer)] = next..<next + layer.parameters.count
      next += layer.parameters.count
    }
    precondition(next == offsets.count, "parameters lie in the order of the layers")
  }

  /// A backward pass begins.
  package func reset() {
    for index in isWritten.indices { isWritten[index] = false }
    first = isWritten.count
  }

  /// A layer and all within it have no gradients in this pass.
  func finish(within layer: any Layer) throws {
    try finish(layer)
    for part in layer.parts.reversed() {
      for inner in part.layers.reversed() { try finish(within: inner) }
    }
  }

  /// A layer's backward pass is done.
  func finish(_ layer: any Layer) throws {
    guard let own = numbers[ObjectIdentifier(layer)], !own.isEmpty else { return }
    for index in own { isWritten[index] = true }
    let before = first
    while first > 0, isWritten[first - 1] { first -= 1 }
    if first < before { try advance(offsets[first]) }
  }
}
