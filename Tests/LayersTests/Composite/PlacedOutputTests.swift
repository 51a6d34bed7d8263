import Layers
import Tensors
import TestSupport
import Testing

/// Paths of a concatenation that write their outputs where they are joined, against paths whose outputs are copied.
@Suite struct PlacedOutputTests {
  private static let image = Shape.image(height: 6, width: 5, channels: 16)
  private static let sequence = Shape.sequence(steps: 9, features: 16)

  private static func convolution(
    _ input: Shape, _ outputs: Int, kernel: Int, groups: Int = 1, algorithm: ConvolutionAlgorithm = .direct
  ) throws -> any Layer {
    input.isSequence
      ? try Conv1d(
        input: input, outputs: outputs, window: .steps(kernel: kernel, padding: .same), groups: groups,
        algorithm: algorithm)
      : try Conv2d(
        input: input, outputs: outputs, window: Window(kernel: .init(kernel), padding: .init(kernel / 2)),
        groups: groups, algorithm: algorithm)
  }

  /// The layers of a path.
  private static func path(_ kind: String, _ input: Shape, outputs: Int) throws -> [any Layer] {
    func window(_ kernel: Int) -> Window {
      input.isSequence
        ? .steps(kernel: kernel, padding: .zeros(kernel / 2))
        : Window(kernel: .init(kernel), padding: .init(kernel / 2))
    }
    let parts = kind.split(separator: " ").map(String.init)
    var layers: [any Layer] = []
    for part in parts {
      let shape = layers.last?.outputShape ?? input
      let layer: any Layer =
        switch part {
        case "pointwise": try convolution(shape, outputs, kernel: 1)
        case "direct": try convolution(shape, outputs, kernel: 3)
        case "winograd": try convolution(shape, outputs, kernel: 3, algorithm: .winograd)
        case "depthwise": try convolution(shape, shape.features, kernel: 3, groups: shape.features)
        case "groups": try convolution(shape, outputs, kernel: 3, groups: 2)
        case "norm": BatchNorm(input: shape)
        case "relu": ReLU(input: shape)
        case "tanh": Tanh(input: shape)
        case "linear": Linear(input: shape, outputs: outputs)
        case "average": try AveragePool(input: shape, window: window(3))
        case "max": try MaxPool(input: shape, window: window(3))
        default: fatalError(part)
        }
      layers.append(layer)
    }
    return layers
  }

  private static let kinds = [
    "pointwise", "direct", "winograd", "depthwise", "groups", "linear", "average", "max", "tanh", "relu", "norm",
    "pointwise relu", "direct relu", "winograd relu", "depthwise relu", "groups relu", "direct norm",
    "pointwise norm relu", "direct norm relu", "winograd norm relu", "depthwise norm relu", "direct max",
    "direct relu max", "direct norm relu max", "direct relu tanh", "norm relu pointwise norm relu winograd",
  ]

  /// Bits of what a layer gives, with or without paths that write their outputs where they are joined.
  private func expectSameBits(
    _ input: Shape, samples: Int, shards: Int, lengths: [Int32]? = nil, keepsOutputs: Bool = false, _ place: String,
    _ make: (_ end: (Shape) -> [any Layer]) throws -> any Layer
  ) throws {
    func run(copies: Bool) throws -> LayerRun {
      // What drops nothing changes no value, but writes to rows of its own.
      let layer = try make { copies ? [Dropout(input: $0, probability: 0)] : [] }
      var random = TestRandom(9)
      let inputs = random.floats(samples * input.count)
      let parameters = layer.parameters.map { ($0.name, random.floats($0.count, scale: 0.3)) }
      return try LayerRun(
        layer, inputShape: input, inputs: inputs, parameters: Dictionary(uniqueKeysWithValues: parameters),
        upstream: random.floats(samples * layer.outputShape.count), shards: shards, lengths: lengths,
        keepsOutputs: keepsOutputs)
    }
    let (placed, copied) = (try run(copies: false), try run(copies: true))
    let comment = Comment(rawValue: place)
    #expect(copied.outputs.contains { $0 != 0 } && copied.inputGradient.contains { $0 != 0 }, comment)
    #expect(bits(placed.outputs) == bits(copied.outputs), comment)
    #expect(bits(placed.inputGradient) == bits(copied.inputGradient), comment)
    #expect(placed.gradients.count == copied.gradients.count)
    for (name, gradient) in copied.gradients {
      #expect(bits(placed.gradients[name] ?? []) == bits(gradient), "\(place): \(name)")
    }
    for (name, values) in copied.buffers { #expect(bits(placed.buffers[name] ?? []) == bits(values), comment) }
  }

  @Test(arguments: kinds, [image, sequence])
  func pathsThatWriteInPlaceKeepTheBits(kind: String, input: Shape) throws {
    for (outputs, isLast) in [(16, false), (48, false), (16, true), (20, true), (24, false)] {
      for keepsOutputs in [false, true] {
        try expectSameBits(
          input, samples: 7, shards: 3, keepsOutputs: keepsOutputs, "\(kind), \(outputs), \(isLast), \(keepsOutputs)"
        ) { end in
          let path = try Self.path(kind, input, outputs: outputs)
          let own = path + end(path.last?.outputShape ?? input)
          let other = try Self.path("direct relu", input, outputs: 16)
          let neighbour = other + end(other.last?.outputShape ?? input)
          let before: any Layer = Linear(input: input, outputs: input.features)
          let branches = try Branches(
            input: input, join: .concat, paths: isLast ? [neighbour, [], own] : [neighbour, own, []])
          let behind = ReLU(input: branches.outputShape)
          return Sequential(input: input, layers: [before, branches, behind])
        }
      }
    }
  }

  @Test(arguments: ["direct", "winograd relu", "depthwise", "depthwise relu", "max", "average", "linear", "tanh"])
  func sequencesOfDifferentLengthsKeepTheBits(kind: String) throws {
    try expectSameBits(Self.sequence, samples: 5, shards: 2, lengths: [4, 9, 3, 7, 5], kind) { end in
      let paths = try [kind, "direct relu", kind].map { try Self.path($0, Self.sequence, outputs: 32) }
      return try Branches(
        input: Self.sequence, join: .concat, paths: paths.map { $0 + end($0.last?.outputShape ?? Self.sequence) })
    }
  }

  @Test(arguments: [image, sequence])
  func concatenationsWithinPathsKeepTheBits(input: Shape) throws {
    for last in [16, 9] {
      try expectSameBits(input, samples: 6, shards: 2, "\(last)") { end in
        func path(_ kind: String, _ outputs: Int) throws -> [any Layer] {
          let layers = try Self.path(kind, input, outputs: outputs)
          return layers + end(layers.last?.outputShape ?? input)
        }
        let inner = try Branches(
          input: input, join: .concat,
          paths: [path("direct relu", 16), [], path("winograd", 32), path("pointwise norm relu", last)])
        let sum = try Branches(input: input, join: .add, paths: [path("direct", 16), []])
        let outer = try Branches(
          input: input, join: .concat,
          paths: [[sum], path("max", 16), [Sequential(input: input, layers: [inner])] + end(inner.outputShape)])
        let residual = try Residual(
          input: outer.outputShape, body: [Linear(input: outer.outputShape, outputs: outer.outputShape.features)])
        return Sequential(input: input, layers: [outer, residual])
      }
    }
  }

  /// A residual connection keeps the gradient of a body that overwrites its columns.
  @Test func aBodyThatEndsInAConcatenationKeepsTheBits() throws {
    let input = Self.image
    try expectSameBits(input, samples: 6, shards: 2, "body") { end in
      let paths = try (0..<2).map { _ in try Self.path("pointwise relu", input, outputs: 16) }
      let branches = try Branches(
        input: input, join: .concat, paths: paths.map { $0 + end($0.last?.outputShape ?? input) })
      return try Residual(input: input, body: [branches], shortcut: [Linear(input: input, outputs: 32)])
    }
  }

  /// Dense blocks, whose joins write to the same rows, and what may follow them.
  @Test(arguments: ["pointwise", "direct", "winograd", "depthwise", "norm relu", "max", "average", "linear", "flatten"])
  func joinsThatGrowKeepTheBits(follower: String) throws {
    let input = Self.image
    for (growth, count) in [(16, 2), (48, 5), (8, 4)] {
      for keepsOutputs in [false, true] {
        try expectSameBits(
          input, samples: 5, shards: 3, keepsOutputs: keepsOutputs, "\(follower), \(growth)"
        ) { end in
          var layers = try Self.path("direct norm relu", input, outputs: 16)
          for number in 0..<count {
            let shape = layers.last?.outputShape ?? input
            let path = try Self.path("norm relu pointwise norm relu winograd", shape, outputs: growth)
            let third = number == 1 ? [try Self.path("direct relu max", shape, outputs: 32)] : []
            layers.append(
              try Branches(
                input: shape, join: .concat,
                paths: [[], path + end(path.last?.outputShape ?? shape)]
                  + third.map { $0 + end($0.last?.outputShape ?? shape) }))
            layers += end(layers.last?.outputShape ?? shape)
          }
          let shape = layers.last?.outputShape ?? input
          if follower == "flatten" {
            layers.append(Flatten(input: shape))
            layers.append(Linear(input: Flatten(input: shape).outputShape, outputs: 3))
          } else {
            layers += try Self.path(follower, shape, outputs: 20)
          }
          // The same names with the dropouts as without.
          let others = layers.filter { !($0 is Dropout) }
          let names = layers.map { layer in others.firstIndex { $0 === layer }.map { "layer\($0)" } }
          return Sequential(input: input, LayerPart(layers, ownNames: names))
        }
      }
    }
  }
}
