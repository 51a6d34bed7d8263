import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

/// Paths side by side; RandomNetworkTests compares them with PyTorch.
@Suite struct BranchesTests {
  private let image = Shape.image(height: 3, width: 2, channels: 4)

  @Test func layersWithNamesAreChildrenOfTheModule() throws {
    let first = try Conv2d(input: image, outputs: 5, window: Window(kernel: .init(1)))
    let norm = BatchNorm(input: first.outputShape)
    let other = Linear(input: image, outputs: 5)
    let branches = try Branches(
      input: image, join: .concat,
      paths: [
        LayerPart([], name: "paths.0"), LayerPart([first, norm], name: "paths.1", ownNames: ["conv.0", nil]),
        LayerPart([other], name: "paths.2", ownNames: ["fc"]),
      ])
    let flat = Flatten(input: branches.outputShape)
    let body = Linear(input: flat.outputShape, outputs: flat.outputShape.count)
    let residual = try Residual(
      input: flat.outputShape, body: LayerPart([body], name: "body", ownNames: ["fc1"]),
      shortcut: LayerPart([], name: "shortcut"))
    let model = try Model(
      inputShape: image, LayerPart([branches, flat, residual], ownNames: ["mixed", nil, "layer1.0"]))
    #expect(
      model.parameters.map(\.name) == [
        "mixed.conv.0.weight", "mixed.conv.0.bias", "mixed.paths.1.1.weight", "mixed.paths.1.1.bias", "mixed.fc.weight",
        "mixed.fc.bias", "layer1.0.fc1.weight", "layer1.0.fc1.bias",
      ])
    #expect(model.buffers.map(\.name) == ["mixed.paths.1.1.running_mean", "mixed.paths.1.1.running_var"])
    #expect(branches.outputShape == .image(height: 3, width: 2, channels: 14))
  }

  @Test func pathsThatCannotBeJoinedAreRefused() throws {
    func failure(_ join: Branches.Join, _ paths: [[any Layer]]) throws -> String {
      try #require(
        (#expect(throws: Failure.self) { try Branches(input: image, join: join, paths: paths) })?.message)
    }
    let wide = Linear(input: image, outputs: 5)
    let small = try AveragePool(input: image, window: Window(kernel: .init(2)))
    let pool = try GlobalAveragePool(input: image)
    #expect(
      try failure(.add, [[], [wide]]) == "add cannot join what the paths give: an image of 3×2×4, an image of 3×2×5")
    #expect(
      try failure(.concat, [[], [pool]]) == "concat cannot join what the paths give: an image of 3×2×4, a vector of 4")
    #expect(
      try failure(.add, [[small], []]) == "add cannot join what the paths give: an image of 2×1×4, an image of 3×2×4")
    #expect(try failure(.multiply, [[], [ReLU(input: image)], []]) == "multiply cannot join 3 paths")
    #expect(try failure(.concat, [[ReLU(input: image)]]) == "concat cannot join 1 path")
    #expect(try failure(.add, [[], []]) == "no path has layers")
  }

  /// A sum of two paths is what a residual connection gives, to the bit.
  @Test(arguments: [1, 2, 5])
  func aSumOfTwoPathsIsAResidual(shards: Int) throws {
    var random = TestRandom(31)
    let x = random.floats(7 * image.count), upstream = random.floats(7 * image.count)
    let values = random.floats(4 * 36 + 4)
    func run(_ make: ([any Layer]) throws -> any Layer, _ prefix: String) throws -> LayerRun {
      let convolution = try Conv2d(
        input: image, outputs: 4, window: Window(kernel: .init(3), padding: .init(1)))
      return try LayerRun(
        try make([convolution, Tanh(input: image)]), inputShape: image, inputs: x,
        parameters: ["\(prefix).0.weight": Array(values.prefix(144)), "\(prefix).0.bias": Array(values.suffix(4))],
        upstream: upstream, shards: shards)
    }
    let residual = try run({ try Residual(input: image, body: $0) }, "body")
    for (place, identity) in [(0, 1), (1, 0)] {
      let branches = try run(
        {
          var paths = [[any Layer]](repeating: [], count: 2)
          (paths[place], paths[identity]) = ($0, [])
          return try Branches(input: image, join: .add, paths: paths)
        }, "paths.\(place)")
      #expect(bits(branches.outputs) == bits(residual.outputs))
      #expect(bits(branches.inputGradient) == bits(residual.inputGradient))
      #expect(
        bits(branches.gradients["paths.\(place).0.weight"] ?? []) == bits(residual.gradients["body.0.weight"] ?? [0]))
    }
  }
}
