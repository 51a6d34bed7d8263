/// Lets each layer of a forward pass wait for its parameters, which others may still be sending, and renews what it derives
/// from them, once a step. Layers within others are waited for with the others.
package final class ParameterArrival {
  private struct Entry {
    /// Where the layer's parameters end among the model's.
    let end: Int
    /// The number of the step in which it was prepared last.
    var step: Int
  }

  private var entries: [ObjectIdentifier: Entry] = [:]
  private var step = 0
  private let awaitValues: (Int) throws -> Void

  /// Watches a model's passes; `awaitValues` waits until all parameters' values before an offset have come.
  package init(awaitValues: @escaping (_ offset: Int) throws -> Void) {
    self.awaitValues = awaitValues
  }

  /// The parameters are being changed: they are to be waited for anew.
  package func reset() { step += 1 }

  /// A layer is about to run.
  func prepare(_ layer: any Layer, _ context: StepContext) throws {
    let name = ObjectIdentifier(layer)
    let entry = entries[name] ?? Entry(end: Self.end(of: layer), step: step - 1)
    guard entry.step < step else { return }
    if entry.end > 0 { try awaitValues(entry.end) }
    layer.packObserved(context)
    entries[name] = Entry(end: entry.end, step: step)
  }

  private static func end(of layer: any Layer) -> Int {
    let own = layer.parameters.map { $0.offset + $0.count }
    return (own + layer.parts.flatMap(\.layers).map(end)).max() ?? 0
  }
}
