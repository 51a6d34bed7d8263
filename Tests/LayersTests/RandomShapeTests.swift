import Layers
import Tensors
import TestSupport
import Testing

/// Each layer's gradients against differences of its own outputs, at random sizes: 1 to 40 channels, with every remainder of
/// whole lanes, and any numbers of pixels, steps and samples and any windows.
@Suite struct RandomShapeTests {
  private static func number(_ range: ClosedRange<Int>, _ random: inout TestRandom) -> Int {
    Int.random(in: range, using: &random)
  }

  /// A window that fits, over an image or a sequence.
  private static func window(_ input: Shape, isPooling: Bool, _ random: inout TestRandom) -> Window {
    func extent(_ draw: (Int) -> Int) -> Window.Extent {
      Window.Extent(
        height: draw(input.extents[0]), width: input.isSequence ? draw(1) : draw(input.extents[1]))
    }
    var window = Window(kernel: extent { number(1...min($0, 3), &random) })
    window.stride = Window.Extent(height: number(1...3, &random), width: input.isSequence ? 1 : number(1...3, &random))
    window.padding = .init(
      height: number(0...window.kernel.height / 2, &random), width: number(0...window.kernel.width / 2, &random))
    guard !isPooling else { return window }
    func dilation(_ kernel: Int, _ size: Int) -> Int {
      kernel > 1 && 2 * kernel - 1 <= size ? number(1...2, &random) : 1
    }
    window.dilation = Window.Extent(
      height: dilation(window.kernel.height, input.extents[0]),
      width: input.isSequence ? 1 : dilation(window.kernel.width, input.extents[1]))
    if input.isSequence, let padding = [Window.StepPadding.same, .causal, nil].randomElement(using: &random) ?? nil {
      let (kernel, dilation) = (window.kernel.height, window.dilation.height)
      window.padding = Window.steps(kernel: kernel, padding: padding, dilation: dilation).padding
    }
    return window
  }

  private static func convolution(_ input: Shape, _ random: inout TestRandom) throws -> any Layer {
    let groups =
      (1...input.features).filter { input.features.isMultiple(of: $0) && $0 < 8 }.randomElement(using: &random) ?? 1
    let outputs = groups * number(1...max(1, min(12 / groups, 48 / input.features)), &random)
    let window = window(input, isPooling: false, &random)
    return input.isImage
      ? try Conv2d(input: input, outputs: outputs, window: window, groups: groups, bias: Bool.random(using: &random))
      : try Conv1d(input: input, outputs: outputs, window: window, groups: groups, bias: Bool.random(using: &random))
  }

  private static func transposed(_ input: Shape, _ random: inout TestRandom) throws -> any Layer {
    let groups =
      (1...input.features).filter { input.features.isMultiple(of: $0) && $0 < 8 }.randomElement(using: &random) ?? 1
    let outputs = groups * number(1...max(1, min(12 / groups, 48 / input.features)), &random)
    func extent(_ range: ClosedRange<Int>, _ across: Int) -> Window.Extent {
      .init(height: number(range, &random), width: input.isImage ? number(range, &random) : across)
    }
    var window = Window(kernel: extent(1...3, 1), stride: extent(1...3, 1), dilation: extent(1...2, 1))
    // One pixel is left at least.
    func padding(_ kernel: Int, _ dilation: Int) -> Int { number(0...dilation * (kernel - 1) / 2, &random) }
    window.padding = .init(
      height: padding(window.kernel.height, window.dilation.height),
      width: input.isImage ? padding(window.kernel.width, window.dilation.width) : 0)
    let more = Window.Extent(
      height: number(0...max(window.stride.height, window.dilation.height) - 1, &random),
      width: input.isImage ? number(0...max(window.stride.width, window.dilation.width) - 1, &random) : 0)
    let bias = Bool.random(using: &random)
    return input.isImage
      ? try ConvTranspose2d(
        input: input, outputs: outputs, window: window, outputPadding: more, groups: groups, bias: bias)
      : try ConvTranspose1d(
        input: input, outputs: outputs, window: window, outputPadding: more.height, groups: groups, bias: bias)
  }

  private static func options(_ output: RecurrentOutput, _ random: inout TestRandom) -> RecurrentOptions {
    var options = RecurrentOptions(output: output)
    options.isBidirectional = Bool.random(using: &random)
    return options
  }

  private static func recurrent(_ name: String, _ input: Shape, _ random: inout TestRandom) throws -> any Layer {
    let hidden = number(1...max(1, min(19, 60 / input.features)), &random)
    let options = options(Bool.random(using: &random) ? .all : .last, &random)
    return switch name {
    case "lstm": try LSTM(input: input, hiddenSize: hidden, options: options)
    case "gru": try GRU(input: input, hiddenSize: hidden, options: options)
    case "gated": try GatedRNN(input: input, hiddenSize: hidden, options: options)
    default: try RNN(input: input, hiddenSize: hidden, nonlinearity: .tanh, options: options)
    }
  }

  /// Chains of layers that affect each other, such as flattening and fusions.
  private static func chain(_ name: String, _ input: Shape, _ random: inout TestRandom) throws -> any Layer {
    func inner(_ input: Shape) throws -> [any Layer] {
      let flat = Flatten(input: input)
      switch name {
      case "flatten, linear": return [flat, Linear(input: flat.outputShape, outputs: number(1...5, &random))]
      case "flatten, flatten, linear":
        let again = Sequential(input: flat.outputShape, layers: [Flatten(input: flat.outputShape)])
        return [flat, again, Linear(input: again.outputShape, outputs: 3)]
      case "linear, flatten":
        let linear = Linear(input: input, outputs: number(1...40, &random))
        return [linear, Flatten(input: linear.outputShape)]
      case "pool, flatten, linear":
        let pool = try AveragePool(input: input, window: window(input, isPooling: true, &random))
        let flat = Flatten(input: pool.outputShape)
        return [pool, flat, Linear(input: flat.outputShape, outputs: 3)]
      case "convolution, flatten, linear":
        let convolution = try convolution(input, &random)
        let flat = Flatten(input: convolution.outputShape)
        return [convolution, flat, Linear(input: flat.outputShape, outputs: 3)]
      case "flatten, residual":
        let narrow = Linear(input: flat.outputShape, outputs: 2)
        let body = Linear(input: narrow.outputShape, outputs: input.count)
        return [flat, try Residual(input: flat.outputShape, body: [narrow, body])]
      default:
        let (body, side) = (Linear(input: input, outputs: 5), Linear(input: input, outputs: 5))
        let residual = try Residual(
          input: input, body: [body, Flatten(input: body.outputShape)],
          shortcut: [side, Flatten(input: side.outputShape)])
        return [residual, Tanh(input: residual.outputShape)]
      }
    }
    return Sequential(input: input, layers: try inner(input))
  }

  /// Paths side by side; where the outputs are multiplied or added, one may give a vector.
  private static func branches(_ name: String, _ input: Shape, _ random: inout TestRandom) throws -> any Layer {
    let join = Branches.Join(rawValue: name) ?? (name == "gates" ? .multiply : .add)
    let features = input.features
    let linear = Linear(input: input, outputs: join == .concat ? number(1...20, &random) : features)
    let first: [any Layer] = [linear, Tanh(input: linear.outputShape)]
    guard ["gates", "shifts"].contains(name) else {
      let others: [[any Layer]] = join == .multiply ? [[]] : [[], [Sigmoid(input: input)]]
      return try Branches(input: input, join: join, paths: ([first] + others).shuffled(using: &random))
    }
    let pool = try GlobalAveragePool(input: input)
    let row: [any Layer] = [pool, Linear(input: pool.outputShape, outputs: features)]
    return try Branches(input: input, join: join, paths: [row, first].shuffled(using: &random))
  }

  /// A layer's name, and of how many extents its inputs may be.
  static let layers: [(name: String, forms: [Int])] = [
    ("linear", [1, 2, 3]), ("convolution", [2, 3]), ("average-pool", [2, 3]), ("global-average-pool", [2, 3]),
    ("attention-pool", [2]), ("attention-pool of hidden units", [2]), ("reverse", [2]), ("flatten", [1, 2, 3]),
    ("batch-norm", [1, 2, 3]), ("batch-norm of shards", [2, 3]), ("layer-norm", [1, 2, 3]),
    ("softmax", [1, 2, 3]), ("dropout", [1, 2, 3]), ("relu", [1, 2, 3]), ("leaky-relu", [1, 2, 3]),
    ("tanh", [1, 2, 3]), ("sigmoid", [1, 2, 3]), ("gelu", [1, 2, 3]), ("gelu-tanh", [1, 2, 3]), ("lstm", [2]),
    ("gru", [2]), ("gated", [2]), ("rnn", [2]), ("flatten, linear", [2, 3]), ("flatten, flatten, linear", [2, 3]),
    ("linear, flatten", [2, 3]), ("pool, flatten, linear", [2, 3]), ("convolution, flatten, linear", [2, 3]),
    ("flatten, residual", [2, 3]), ("residual of flattened", [2, 3]), ("concat", [1, 2, 3]), ("add", [1, 2, 3]),
    ("multiply", [1, 2, 3]), ("gates", [2, 3]), ("shifts", [2, 3]),
    ("relu6", [1, 2, 3]), ("silu", [1, 2, 3]),
    ("hardswish", [1, 2, 3]), ("hardsigmoid", [1, 2, 3]), ("elu", [1, 2, 3]), ("selu", [1, 2, 3]),
    ("softplus", [1, 2, 3]), ("mish", [1, 2, 3]), ("prelu", [1, 2, 3]), ("prelu of channels", [1, 2, 3]),
    ("log-softmax", [1, 2, 3]),
    ("average-pool rounded up", [2, 3]),
    ("adaptive-average-pool", [2, 3]), ("transposed convolution", [2, 3]), ("upsample", [2, 3]),
    ("group-norm", [2, 3]), ("instance-norm", [2, 3]), ("rms-norm", [1, 2, 3]),
    ("local-response-norm", [2, 3]), ("batch-norm without weights", [1, 2, 3]), ("channel-dropout", [2, 3]),
    ("drop-path", [1, 2, 3]),
  ]

  static func make(_ name: String, _ input: Shape, _ random: inout TestRandom) throws -> any Layer {
    switch name {
    case "linear": return Linear(input: input, outputs: number(1...12, &random))
    case "convolution": return try convolution(input, &random)
    case "average-pool": return try AveragePool(input: input, window: window(input, isPooling: true, &random))
    case "global-average-pool": return try GlobalAveragePool(input: input)
    case "attention-pool": return AttentionPool(input: input)
    case "attention-pool of hidden units": return AttentionPool(input: input, hiddenSize: number(1...12, &random))
    case "reverse": return Reverse(input: input)
    case "flatten": return Flatten(input: input)
    case "batch-norm": return BatchNorm(input: input)
    case "batch-norm of shards": return BatchNorm(input: input, statistics: .shard)
    case "layer-norm": return LayerNorm(input: input)
    case "softmax": return Softmax(input: input)
    case "dropout": return Dropout(input: input, probability: 0.3)
    case "relu": return ReLU(input: input)
    case "leaky-relu": return LeakyReLU(input: input, negativeSlope: 0.2)
    case "tanh": return Tanh(input: input)
    case "sigmoid": return Sigmoid(input: input)
    case "gelu": return GELU(input: input)
    case "gelu-tanh": return GELU(input: input, approximation: .tanh)
    case "relu6": return ReLU6(input: input)
    case "silu": return SiLU(input: input)
    case "hardswish": return Hardswish(input: input)
    case "hardsigmoid": return Hardsigmoid(input: input)
    case "elu": return ELU(input: input, alpha: 0.5)
    case "selu": return SELU(input: input)
    case "softplus": return Softplus(input: input, beta: 2)
    case "mish": return Mish(input: input)
    case "prelu": return PReLU(input: input)
    case "prelu of channels": return PReLU(input: input, parameters: input.features)
    case "log-softmax": return LogSoftmax(input: input)
    case "group-norm":
      // Groups of at least three values.
      let fitting = (1...input.features).filter { input.features.isMultiple(of: $0) && input.count >= 3 * $0 }
      return GroupNorm(input: input, groups: fitting.randomElement(using: &random) ?? 1)
    case "instance-norm": return InstanceNorm(input: input, affine: Bool.random(using: &random))
    case "rms-norm": return RMSNorm(input: input)
    case "local-response-norm":
      return LocalResponseNorm(input: input, size: number(1...7, &random), alpha: 0.5, beta: 0.75)
    case "batch-norm without weights": return BatchNorm(input: input, affine: false)
    case "channel-dropout": return ChannelDropout(input: input, probability: 0.3)
    case "drop-path": return DropPath(input: input, probability: 0.3)
    case "lstm", "gru", "gated", "rnn": return try recurrent(name, input, &random)
    case "concat", "add", "multiply", "gates", "shifts": return try branches(name, input, &random)
    case "average-pool rounded up":
      var window = window(input, isPooling: true, &random)
      window.ceilMode = true
      return try AveragePool(input: input, window: window, countIncludePad: Bool.random(using: &random))
    case "adaptive-average-pool":
      let (height, width) = (number(1...6, &random), number(1...6, &random))
      return try AdaptiveAveragePool(
        input: input, size: .init(height: height, width: input.isImage ? width : height))
    case "transposed convolution": return try transposed(input, &random)
    case "upsample":
      let (height, width) = (number(1...3, &random), number(1...3, &random))
      let mode: Upsample.Mode = Bool.random(using: &random) ? .nearest : input.isImage ? .bilinear : .linear
      return try Upsample(
        input: input, scale: .init(height: height, width: input.isImage ? width : height), mode: mode,
        alignCorners: mode != .nearest && Bool.random(using: &random))
    default: return try chain(name, input, &random)
    }
  }

  /// A shape of one to three extents; with many channels there are few pixels.
  static func shape(_ extents: Int, channels: Int, _ random: inout TestRandom) -> Shape {
    let room = max(1, 24 / channels)
    return switch extents {
    case 1: .vector(channels)
    case 2: .sequence(steps: number(1...min(9, room + 2), &random), features: channels)
    default:
      .image(
        height: number(1...min(5, room + 1), &random), width: number(1...min(4, room + 1), &random), channels: channels)
    }
  }

  @Test(arguments: layers.map(\.name))
  func gradientsAgreeAtAnySize(name: String) throws {
    let layer = try #require(Self.layers.first { $0.name == name })
    var random = TestRandom(17)
    // Few numbers of channels and pixels fill whole lanes by chance, so flattened images are drawn more often.
    for draw in 0..<(name.contains("flatten") ? 80 : 16) {
      // Every remainder of 16, in any order.
      let channels = min(40, (draw * 5 + 3) % 16 + 16 * Self.number(0...2, &random))
      let extents = layer.forms.randomElement(using: &random) ?? 1
      // One or two numbers are all the same when they are normalized, and have no gradient.
      let isNorm = ["layer-norm", "rms-norm", "group-norm"].contains(name)
      let drawn = Self.shape(extents, channels: max(isNorm ? 3 : 1, channels), &random)
      let shape =
        name != "instance-norm"
        ? drawn
        : drawn.isSequence
          ? .sequence(steps: 5, features: max(1, channels))
          : .image(height: 2, width: 3, channels: max(1, channels))
      let shards = Self.number(1...3, &random)
      let samples = 4 * shards + Self.number(0...3, &random)
      let made = try Self.make(name, shape, &random)
      let check = try GradientCheck(made, input: shape, samples: samples, shards: shards, seed: UInt64(draw))
      // A bias that moves all scores of a sample almost alike has a gradient that is small next to rounding errors.
      let limit = name == "attention-pool of hidden units" ? 2e-2 : 4e-3
      #expect(check.largest < limit, "\(shape) → \(made.outputShape), \(samples) samples: \(check.differences)")
    }
  }
}
