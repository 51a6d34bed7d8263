import CKernels

/// Describes a recurrent cell: its parameters, how they make up the gates, and its kernels.
struct RecurrentCell {
  /// A parameter of one direction of one layer: `blocks` times hiddenSize rows.
  struct Tensor {
    /// What each row holds.
    enum Row {
      /// A weight for each input.
      case inputs
      /// A weight for each hidden unit.
      case hidden
      /// One bias.
      case bias
    }

    /// The name before the number of the layer.
    let name: String
    let blocks: Int
    let row: Row
  }

  /// The `block`-th hiddenSize rows of the `tensor`-th parameter.
  struct Block {
    let tensor: Int
    let block: Int

    init(_ tensor: Int, _ block: Int = 0) {
      self.tensor = tensor
      self.block = block
    }
  }

  /// What one group of lanes sums up before the cell's functions are applied.
  struct Gate {
    /// The weights of the inputs, if they add to it.
    var input: Block?
    /// The weights of the hidden state, if it adds to it.
    var hidden: Block?
    /// At most two biases, which are added up.
    var biases: [Block]
  }

  /// The parameters in PyTorch's order.
  let tensors: [Tensor]
  /// The gates in the kernels' order; those with inputs lie side by side from the first on, those with hidden
  /// weights side by side too.
  let gates: [Gate]
  /// Whether there is a cell state besides the hidden state.
  var hasCellState = false
  let forward: (UnsafePointer<dpt_recurrence>) -> Void
  let backward: (UnsafePointer<dpt_recurrence>) -> Void

  /// The cell, or the same without its biases, which are its last parameters.
  func with(bias: Bool) -> RecurrentCell {
    guard !bias else { return self }
    return RecurrentCell(
      tensors: tensors.filter { $0.row != .bias },
      gates: gates.map { Gate(input: $0.input, hidden: $0.hidden, biases: []) }, hasCellState: hasCellState,
      forward: forward, backward: backward)
  }

  /// PyTorch's parameters for a cell of this many gates.
  static func pyTorchTensors(gates: Int) -> [Tensor] {
    [
      Tensor(name: "weight_ih", blocks: gates, row: .inputs), Tensor(name: "weight_hh", blocks: gates, row: .hidden),
      Tensor(name: "bias_ih", blocks: gates, row: .bias), Tensor(name: "bias_hh", blocks: gates, row: .bias),
    ]
  }

  /// The gate that uses the `block`-th rows of all of PyTorch's parameters.
  static func pyTorchGate(_ block: Int) -> Gate {
    Gate(input: Block(0, block), hidden: Block(1, block), biases: [Block(2, block), Block(3, block)])
  }
}
