import Layers
import Tensors
import TestSupport
import Testing

/// Layers that run as one, against the same layers one after the other.
@Suite struct FusionTests {
  struct Case: Sendable {
    var image = Shape.image(height: 9, width: 8, channels: 3)
    var outputs = 20
    var window = Window(kernel: .init(3))
    var rectifies = true
    var pool = Window(kernel: .init(2), stride: .init(2))
    var bias = true
    var channels = 5
    var isNormalized = false
    var groups = 1
    var isAffine = true
    /// Which parts of the normalization are frozen.
    var frozen = FrozenBatchNormTests.Parts()

    func layers() throws -> [any Layer] {
      let first = try Conv2d(input: image, outputs: channels, window: Window(kernel: .init(1)))
      let second = try Conv2d(input: first.outputShape, outputs: outputs, window: window, groups: groups, bias: bias)
      let relus = rectifies ? [ReLU(input: second.outputShape)] : []
      if isNormalized {
        let norm = BatchNorm(input: second.outputShape, affine: isAffine)
        frozen.freeze(norm)
        // The one behind sums the normalization's gradients.
        let third = try Conv2d(input: norm.outputShape, outputs: 6, window: Window(kernel: .init(1)))
        return [first, second, norm] + relus + [third, Dropout(input: third.outputShape)]
      }
      let pooling = try MaxPool(input: second.outputShape, window: pool)
      // What is drawn behind depends on the place.
      return [first, second] + relus + [pooling, Dropout(input: pooling.outputShape)]
    }
  }

  static let cases = [
    Case(), Case(rectifies: false), Case(outputs: 33, bias: false),
    Case(outputs: 7, window: Window(kernel: .init(2), stride: .init(2)), pool: Window(kernel: .init(1))),
    Case(window: Window(kernel: .init(3), padding: .init(1)), pool: Window(kernel: .init(3), padding: .init(1))),
    Case(
      window: Window(kernel: .init(3), padding: .init(1)),
      pool: Window(
        kernel: .init(3), stride: .init(height: 2, width: 4), padding: .init(height: 1, width: 0), ceilMode: true)),
    // As many pixels as make one sample enough to go through at once.
    Case(
      image: .image(height: 40, width: 30, channels: 2), outputs: 4,
      pool: Window(kernel: .init(height: 3, width: 2), stride: .init(2), dilation: .init(2))),
  ]

  /// Convolutions by Winograd's tiles, with one tile a sample and with many.
  static let tiled = [
    Case(image: .image(height: 5, width: 6, channels: 3), channels: 12),
    Case(
      image: .image(height: 23, width: 18, channels: 3), window: Window(kernel: .init(3), padding: .init(1)),
      channels: 9),
    Case(
      image: .image(height: 11, width: 12, channels: 3), outputs: 32,
      window: Window(kernel: .init(5), padding: .init(2)), channels: 16),
  ]

  /// Convolutions with batch normalization behind: images of many and few pixels, of whole blocks of rows and others, joined
  /// samples, depthwise.
  static let normalized = [
    Case(isNormalized: true), Case(isNormalized: true, isAffine: false),
    Case(rectifies: false, isNormalized: true, isAffine: false),
    Case(rectifies: false, bias: false, isNormalized: true),
    Case(window: Window(kernel: .init(1)), isNormalized: true),
    Case(
      image: .image(height: 40, width: 32, channels: 2), outputs: 4,
      window: Window(kernel: .init(3), stride: .init(2), padding: .init(1)), isNormalized: true),
    Case(outputs: 24, channels: 24, isNormalized: true, groups: 24),
    Case(
      image: .image(height: 40, width: 40, channels: 2), outputs: 24,
      window: Window(kernel: .init(3), padding: .init(1)), rectifies: false, channels: 24, isNormalized: true,
      groups: 12),
    Case(
      image: .image(height: 23, width: 18, channels: 3), window: Window(kernel: .init(3), padding: .init(1)),
      channels: 9, isNormalized: true),
  ]

  /// Normalizations of which parts are frozen, also depthwise and by tiles.
  static let frozen =
    FrozenBatchNormTests.Parts.all.map { Case(isNormalized: true, frozen: $0) }
    + [
      Case(rectifies: false, isNormalized: true, frozen: .init(statistics: true)),
      Case(window: Window(kernel: .init(1)), isNormalized: true, frozen: .init(statistics: true)),
      Case(outputs: 24, channels: 24, isNormalized: true, groups: 24, frozen: .init(statistics: true)),
      Case(
        image: .image(height: 23, width: 18, channels: 3), window: Window(kernel: .init(3), padding: .init(1)),
        channels: 9, isNormalized: true, frozen: .init(statistics: true, bias: true)),
    ]

  private func run(_ shape: Case, samples: Int, shards: Int, keepsOutputs: Bool) throws -> LayerRun {
    var random = TestRandom(7)
    let layer = Sequential(input: shape.image, layers: try shape.layers())
    let inputs = random.floats(samples * shape.image.count)
    let parameters = layer.parameters.map { ($0.name, random.floats($0.count)) }
    let upstream = random.floats(samples * layer.outputShape.count)
    return try LayerRun(
      layer, inputShape: shape.image, inputs: inputs, parameters: Dictionary(uniqueKeysWithValues: parameters),
      upstream: upstream, shards: shards, keepsOutputs: keepsOutputs)
  }

  @Test(arguments: cases + tiled + normalized + frozen)
  func theBitsAreThoseOfOneAfterTheOther(_ shape: Case) throws {
    for (samples, shards) in [(1, 1), (5, 3), (16, 4), (70, 3)] {
      let apart = try run(shape, samples: samples, shards: shards, keepsOutputs: true)
      for (name, gradient) in apart.gradients {
        let isFrozen = name.hasPrefix("2.") && shape.frozen.covers(name)
        #expect(gradient.contains { $0 != 0 } != isFrozen, "\(name)")
      }
      #expect(apart.inputGradient.contains { $0 != 0 })
      for (name, joined) in try onEachInstructionSet({
        try run(shape, samples: samples, shards: shards, keepsOutputs: false)
      }) {
        #expect(bits(joined.outputs) == bits(apart.outputs), "\(name), \(samples) samples")
        #expect(bits(joined.inputGradient) == bits(apart.inputGradient), "\(name), \(samples) samples")
        for (key, gradient) in apart.gradients {
          #expect(bits(joined.gradients[key] ?? []) == bits(gradient), "\(name), \(samples) samples: \(key)")
        }
      }
    }
  }

  @Test(arguments: 0..<16)
  func theBitsAreTheSameAtAnySize(seed: UInt64) throws {
    var random = TestRandom(seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    var shape = Case()
    shape.image = .image(height: number(6...12), width: number(6...12), channels: number(1...40))
    shape.outputs = number(1...40)
    shape.rectifies = Bool.random(using: &random)
    shape.bias = Bool.random(using: &random)
    let kernel = Window.Extent(height: number(1...3), width: number(1...3))
    shape.window = Window(
      kernel: kernel, stride: .init(height: number(1...2), width: number(1...2)),
      padding: .init(height: number(0...kernel.height / 2), width: number(0...kernel.width / 2)))
    shape.pool = Window(
      kernel: .init(height: number(1...2), width: number(1...2)),
      stride: .init(height: number(1...3), width: number(1...3)))
    shape.isNormalized = Bool.random(using: &random)
    let (samples, shards) = (number(1...20), number(1...5))
    let apart = try run(shape, samples: samples, shards: shards, keepsOutputs: true)
    let joined = try run(shape, samples: samples, shards: shards, keepsOutputs: false)
    let place = Comment(rawValue: "\(shape), \(samples) samples in \(shards) shards")
    #expect(bits(joined.outputs) == bits(apart.outputs), place)
    #expect(bits(joined.inputGradient) == bits(apart.inputGradient), place)
    for (key, gradient) in apart.gradients { #expect(bits(joined.gradients[key] ?? []) == bits(gradient), place) }
  }

  private static let residualImage = Shape.image(height: 7, width: 6, channels: 20)

  /// A residual connection whose body keeps its gradient, or overwrites it, and whose shortcut adds to the body's.
  private func residual(_ shortcut: String, bodyEnds: String) throws -> Residual {
    let image = FusionTests.residualImage
    let window =
      shortcut == "strided" ? Window(kernel: .init(1), stride: .init(2)) : Window(kernel: .init(1))
    func normalized(_ input: Shape, _ window: Window) throws -> [any Layer] {
      let convolution = try Conv2d(input: input, outputs: 20, window: window, bias: false)
      return [convolution, BatchNorm(input: convolution.outputShape)]
    }
    let stride = window.stride
    var body = try normalized(image, Window(kernel: .init(3), stride: stride, padding: .init(1)))
    let between = body[1].outputShape
    switch bodyEnds {
    case "batch-norm": body += try normalized(between, Window(kernel: .init(3), padding: .init(1)))
    case "pointwise": body += try normalized(between, Window(kernel: .init(1)))
    default: body.append(ReLU(input: between))
    }
    return try Residual(
      input: image, body: body, shortcut: shortcut == "identity" ? [] : try normalized(image, window))
  }

  @Test(arguments: ["identity", "pointwise", "strided"], ["batch-norm", "pointwise", "relu"])
  func residualConnectionsAddTheSameGradients(shortcut: String, bodyEnds: String) throws {
    func run(apart: Bool, rectifies: Bool) throws -> LayerRun {
      var random = TestRandom(5)
      let residual = try residual(shortcut, bodyEnds: bodyEnds)
      let first = try Conv2d(input: FusionTests.residualImage, outputs: 20, window: Window(kernel: .init(1)))
      let relus = rectifies ? [ReLU(input: residual.outputShape)] : []
      let layer = Sequential(input: FusionTests.residualImage, layers: [first, residual] + relus)
      let inputs = random.floats(6 * FusionTests.residualImage.count)
      let parameters = Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, random.floats($0.count)) })
      return try LayerRun(
        layer, inputShape: FusionTests.residualImage, inputs: inputs, parameters: parameters,
        upstream: random.floats(6 * layer.outputShape.count), shards: 3, keepsOutputs: apart)
    }
    for rectifies in [false, true] {
      let (joined, apart) = (
        try run(apart: false, rectifies: rectifies), try run(apart: true, rectifies: rectifies)
      )
      #expect(apart.inputGradient.contains { $0 != 0 })
      // Zeros may differ in sign.
      #expect(joined.outputs == apart.outputs && joined.inputGradient == apart.inputGradient)
      for (name, gradient) in apart.gradients { #expect(joined.gradients[name] == gradient, "\(name)") }
    }
  }

  /// A ReLU and the layer before it that applies it, or both apart.
  private func rectified(_ kind: String, apart: Bool) throws -> Sequential {
    let image = Shape.image(height: 6, width: 5, channels: 3)
    let layer: any Layer =
      switch kind {
      case "conv1d":
        try Conv1d(input: .sequence(steps: 7, features: 3), outputs: 20, window: .steps(kernel: 3), groups: 1)
      case "depthwise": try Conv2d(input: image, outputs: 3, window: Window(kernel: .init(3)), groups: 3)
      case "conv2d": try Conv2d(input: image, outputs: 20, window: Window(kernel: .init(3)))
      case "batch-norm": BatchNorm(input: image)
      case "batch-norm without weights": BatchNorm(input: image, affine: false)
      default: try Residual(input: image, body: [Tanh(input: image)])
      }
    let relu = ReLU(input: layer.outputShape)
    let input = kind == "conv1d" ? Shape.sequence(steps: 7, features: 3) : image
    return Sequential(
      input: input, layers: [layer, apart ? Sequential(input: layer.outputShape, layers: [relu]) : relu])
  }

  @Test(arguments: ["conv1d", "depthwise", "conv2d", "batch-norm", "batch-norm without weights", "residual"])
  func anAppliedReLUGivesTheValuesOfOneByItself(kind: String) throws {
    func run(apart: Bool) throws -> LayerRun {
      var random = TestRandom(3)
      let layer = try rectified(kind, apart: apart)
      let shape = kind == "conv1d" ? Shape.sequence(steps: 7, features: 3) : .image(height: 6, width: 5, channels: 3)
      let inputs = random.floats(6 * shape.count)
      let parameters = Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, random.floats($0.count)) })
      return try LayerRun(
        layer, inputShape: shape, inputs: inputs, parameters: parameters,
        upstream: random.floats(6 * layer.outputShape.count), shards: 3)
    }
    let (fused, apart) = (try run(apart: false), try run(apart: true))
    #expect(fused.outputs.contains { $0 > 0 } && fused.outputs.contains(0) && fused.outputs.allSatisfy { $0 >= 0 })
    #expect(bits(fused.outputs) == bits(apart.outputs))
    // Zeros may differ in sign.
    #expect(fused.inputGradient == apart.inputGradient)
    for (name, gradient) in apart.gradients { #expect(fused.gradients[name] == gradient, "\(name)") }
  }

  /// Looks which layers are seen, and what they give.
  private final class Onlooker: LayerObserver {
    var kinds: [String] = []
    var given: [(kind: String, count: Int)] = []
    func layersBegin(_ layers: [any Layer]) { kinds.append(words(layers)) }
    func layers(_ layers: [any Layer], gave outputs: TensorView) {
      given.append((words(layers), outputs.batch * outputs.positions * outputs.columns))
    }
    func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int) {}
    private func words(_ layers: [any Layer]) -> String { layers.map(\.kind).joined(separator: ", ") }
  }

  @Test func outputsAreKeptForThoseWhoLookOn() throws {
    let shape = Case(image: .image(height: 40, width: 30, channels: 2))
    func look(keepsOutputs: Bool) throws -> (Onlooker, bytes: Int) {
      let layer = Sequential(input: shape.image, layers: try shape.layers())
      let lone = try LoneLayer(
        layer, input: shape.image, samples: 8, shards: 2, seed: 1, keepsOutputs: keepsOutputs)
      let onlooker = Onlooker()
      lone.program.pack(lone.context)
      lone.context.layerObserver = onlooker
      let inputs = try PackedRows(
        [Float](repeating: 1, count: 8 * shape.image.count), shape: shape.image, samples: 8)
      _ = try lone.program.forward(inputs.view, lone.context)
      return (onlooker, lone.context.arena.byteCount)
    }
    let (apart, bytes) = try look(keepsOutputs: true)
    #expect(apart.kinds == ["sequential", "conv2d", "conv2d, relu", "max-pool", "dropout"])
    let pooled = 8 * 19 * 14 * 20
    #expect(apart.given.map(\.count) == [8 * 40 * 30 * 5, 8 * 38 * 28 * 20, pooled, pooled, pooled])
    let (joined, fewerBytes) = try look(keepsOutputs: false)
    #expect(joined.kinds == ["sequential", "conv2d", "conv2d, relu, max-pool", "dropout"])
    #expect(joined.given.map(\.count) == [8 * 40 * 30 * 5, pooled, pooled, pooled])
    let between = 8 * 38 * 28 * 32 * MemoryLayout<Float>.size
    #expect(bytes - fewerBytes > between, "what lies between the two is not kept: \(fewerBytes) of \(bytes) bytes")
  }
}
