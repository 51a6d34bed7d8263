import CKernels

/// Describes a recurrent cell: its parameters, their use in the gates, and its kernels.
struct RecurrentCell {
  /// A parameter of one direction of one level: `blocks` times hiddenSize rows.
  struct Tensor {
    /// The contents of a row.
    enum Row {
      /// A weight for each input.
      case inputs
      /// A weight for each hidden unit.
      case hidden
      /// One bias.
      case bias
    }

    /// The name without the suffix for level and direction.
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

  /// The terms of a gate's sum, before the cell's functions are applied.
  struct Gate {
    /// The weights of the inputs, if inputs add to the gate.
    var input: Block?
    /// The weights of the hidden state, if it adds to the gate.
    var hidden: Block?
    /// At most two biases; both are added.
    var biases: [Block]
  }

  /// The parameters in PyTorch's order.
  let tensors: [Tensor]
  /// The gates in the kernels' order. Those with inputs are contiguous from the first on; those with hidden weights are
  /// contiguous too.
  let gates: [Gate]
  /// Whether there is a cell state besides the hidden state.
  var hasCellState = false
  let forward: (UnsafePointer<dpt_recurrence>) -> Void
  let backward: (UnsafePointer<dpt_recurrence>) -> Void

  /// The cell with or without biases, which are its last parameters.
  func with(bias: Bool) -> RecurrentCell {
    guard !bias else { return self }
    return RecurrentCell(
      tensors: tensors.filter { $0.row != .bias },
      gates: gates.map { Gate(input: $0.input, hidden: $0.hidden, biases: []) }, hasCellState: hasCellState,
      forward: forward, backward: backward)
  }

  /// PyTorch's parameters for a cell of `gates` gates.
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
