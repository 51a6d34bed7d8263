/// A layer that can apply a ReLU to its outputs as it writes them, which saves a pass over memory.
protocol ReLUFusing: Layer {
  /// From now on negative outputs are 0, and the backward pass lets nothing through where they are.
  func fuseReLU()
}
