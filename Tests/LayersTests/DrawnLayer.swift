import Layers
import Tensors

/// A layer of a random network, as Tests/Reference/make_random_networks.py writes it.
struct DrawnLayer: Decodable {
  let kind: String
  var outputs: Int?
  var count: Int?
  var groups: Int?
  var kernel: [Int]?
  var stride: [Int]?
  var padding: [Int]?
  var dilation: [Int]?
  /// The padding of a convolution over steps if it depends on the kernel: `same` or `causal`.
  var ends: String?
  var hidden: Int?
  var all: Bool?
  var both: Bool?
  var body: [DrawnLayer]?
  var shortcut: [DrawnLayer]?
  var join: String?
  var paths: [[DrawnLayer]]?

  private var window: Window {
    func extent(_ pair: [Int]?, or standard: Int) -> Window.Extent {
      pair.map { Window.Extent(height: $0[0], width: $0[1]) } ?? Window.Extent(standard)
    }
    if let ends, let kernel, let stride, let dilation {
      return .steps(
        kernel: kernel[0], stride: stride[0], padding: ends == "same" ? .same : .causal, dilation: dilation[0])
    }
    return Window(
      kernel: extent(kernel, or: 1), stride: extent(stride, or: 1), padding: .init(extent(padding, or: 0)),
      dilation: extent(dilation, or: 1))
  }

  func make(input: Shape) throws -> any Layer {
    let (outputs, groups) = (outputs ?? 1, groups ?? 1)
    var options = RecurrentOptions(output: all == true ? .all : .last)
    options.isBidirectional = both == true
    switch kind {
    case "linear": return Linear(input: input, outputs: outputs)
    case "conv2d": return try Conv2d(input: input, outputs: outputs, window: window, groups: groups)
    case "conv1d": return try Conv1d(input: input, outputs: outputs, window: window, groups: groups)
    case "max-pool": return try MaxPool(input: input, window: window)
    case "average-pool": return try AveragePool(input: input, window: window)
    case "global-average-pool": return try GlobalAveragePool(input: input)
    case "global-max-pool": return try GlobalMaxPool(input: input)
    case "attention-pool": return AttentionPool(input: input, hiddenSize: hidden == 0 ? nil : hidden)
    case "reverse": return Reverse(input: input)
    case "batch-norm": return BatchNorm(input: input)
    case "layer-norm": return LayerNorm(input: input)
    case "softmax": return Softmax(input: input)
    case "flatten": return Flatten(input: input)
    case "relu": return ReLU(input: input)
    case "leaky-relu": return LeakyReLU(input: input)
    case "tanh": return Tanh(input: input)
    case "sigmoid": return Sigmoid(input: input)
    case "gelu": return GELU(input: input)
    case "embedding": return Embedding(input: input, count: count ?? 1, dimension: outputs)
    case "lstm": return try LSTM(input: input, hiddenSize: outputs, options: options)
    case "gru": return try GRU(input: input, hiddenSize: outputs, options: options)
    case "rnn": return try RNN(input: input, hiddenSize: outputs, nonlinearity: .tanh, options: options)
    case "residual":
      return try Residual(
        input: input, body: makeLayers(body ?? [], input: input), shortcut: makeLayers(shortcut ?? [], input: input))
    case "branches":
      return try Branches(
        input: input, join: Branches.Join(rawValue: join ?? "") ?? .add,
        paths: (paths ?? []).map { try makeLayers($0, input: input) })
    case "sequential": return Sequential(input: input, layers: try makeLayers(body ?? [], input: input))
    default: preconditionFailure("no layer \(kind)")
    }
  }
}

/// Layers one after the other for inputs of a shape.
func makeLayers(_ drawn: [DrawnLayer], input: Shape) throws -> [any Layer] {
  try drawn.reduce(into: [any Layer]()) { $0.append(try $1.make(input: $0.last?.outputShape ?? input)) }
}
