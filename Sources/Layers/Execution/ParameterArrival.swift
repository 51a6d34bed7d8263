/// Lets each layer of a forward pass wait for its parameters, which other ranks may still be sending, and packs them, once a
/// step. Layers within others are waited for with the others.
package final class ParameterArrival {
  /// How many of the program's stages, from the first on, have what they need in this step.
  private var prepared = 0
  private let weights: Weights

  /// For passes that work with these weights.
  package init(_ weights: Weights) { self.weights = weights }

  /// The parameters are being changed: wait for them anew.
  package func reset() { prepared = 0 }

  /// The stages before this one do not run in this step, or need nothing new.
  func skip(to index: Int) { prepared = max(prepared, index) }

  /// A stage is about to run.
  func prepare(stage index: Int, parameterEnd: Int, pack: () -> Void) throws {
    guard index == prepared else { return }
    if parameterEnd > 0 { try weights.awaitValues(below: parameterEnd) }
    pack()
    prepared += 1
  }
}
