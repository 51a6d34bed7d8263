import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

@testable import Recipes

/// Extreme options and inputs of every built-in network: it runs, or one failure says what does not fit; it never traps.
@Suite struct NetworkOptionTests {
  private static let inputs: [Shape] = [
    .image(height: 1, width: 1, channels: 1), .image(height: 1, width: 40, channels: 3),
    .image(height: 7, width: 5, channels: 2), .image(height: 32, width: 32, channels: 3), .photograph,
    .sequence(steps: 1, features: 1), .sequence(steps: 2, features: 3), .sequence(steps: 40, features: 5), .vector(6),
  ]

  /// Values at and near the ends of what a key accepts.
  private func values(of shape: ValueShape) -> [String] {
    switch shape {
    case .choice(let names): return names
    case .whole(let range), .wholeOrChoice(let range, _):
      guard let range else { return [] }
      let least = range.lower.map { Int($0.value) } ?? 1
      let most = range.upper.map { Int($0.value) } ?? 1 << 24
      let near: [Int] = [0, 1, 2, 6, 14].map { least + $0 }
      let between: [Int] = [60, 250, 1000]
      return (near + [most - 1, most] + between).filter { $0 <= most }.map { String($0) }
    case .number(let range):
      guard let range, let lower = range.lower, let upper = range.upper else { return [] }
      return ["\(lower.value)", "\(upper.isIncluded ? upper.value : upper.value - 1e-9)", "0.03", "0.5"]
    default: return []
    }
  }

  private func recipe(_ name: String, _ options: [(key: String, value: String)]) throws -> Recipe {
    let text = (["name: \(name)"] + options.map { "\($0.key): \($0.value)" }).joined(separator: ", ")
    return try Recipe.parse("batch: 8\nmodel: {network: {\(text)}}\n", file: "network.yaml")
  }

  /// Builds the network for every input, and trains it for a step where it is small.
  private func attempt(_ name: String, _ options: [(key: String, value: String)]) throws -> Int {
    let recipe: Recipe
    do {
      recipe = try self.recipe(name, options)
    } catch let failure as Failure {
      #expect(failure.exitCode == .configuration && failure.advice != nil, "\(name) \(options): \(failure)")
      return 0
    }
    var built = 0
    for input in Self.inputs {
      do {
        let part = try recipe.makeLayers(input: input, classes: 3)
        let extents = part.nested(in: "").flatMap(\.layer.outputShape.extents)
        #expect(extents.allSatisfy { $0 > 0 }, "\(name) \(options) of \(input)")
        built += 1
        let work = part.layers.reduce(0) { $0 + $1.operations }
        let weights = part.layers.flatMap(\.parameters).reduce(0) { $0 + $1.count }
        guard weights < 400_000, work < 20_000_000 else { continue }
        let model = try Model(inputShape: input, part)
        model.initialize(seed: 1)
        var random = TestRandom(1)
        let run = try NetworkRun(
          model, inputs: random.floats(2 * input.count), upstream: random.floats(2 * model.outputShape.count), shards: 2
        )
        #expect(run.outputs.allSatisfy { $0.isFinite }, "\(name) \(options) of \(input)")
      } catch let failure as Failure {
        #expect(failure.exitCode == .configuration, "\(name) \(options) of \(input): \(failure)")
      }
    }
    return built
  }

  @Test(arguments: Registry.builtIn.networks.map { $0.name })
  func extremeOptionsNeverTrap(name: String) throws {
    let type = try #require(Registry.builtIn.networks.first { $0.name == name })
    let keys = type.info.keys.map { (name: $0.name, values: values(of: $0.shape)) }
    #expect(keys.allSatisfy { !$0.values.isEmpty })
    #expect(try attempt(name, []) > 0)
    for key in keys {
      for value in key.values { _ = try attempt(name, [(key.name, value)]) }
    }
    // All at the least, and all at the most.
    _ = try attempt(name, keys.map { ($0.name, $0.values[0]) })
    _ = try attempt(name, keys.map { ($0.name, $0.values[$0.values.count > 2 ? 1 : 0]) })
    for key in keys where key.values.count == 2 {
      for other in keys where other.name != key.name {
        for value in key.values {
          for extreme in other.values { _ = try attempt(name, [(key.name, value), (other.name, extreme)]) }
        }
      }
    }
  }

  @Test(arguments: [1, 8, 15]) func narrowGroupsAreRefused(width: Int) throws {
    let failure = try #require(throws: Failure.self) { try recipe("resnext50", [("width", "\(width)")]) }
    #expect(
      failure.message.hasSuffix(
        "model.network.width is \(width) (network.yaml:2), too few channels for 32 groups of 3×3 convolutions"))
    #expect(failure.advice == "write 16 or more; a group has width / 16 channels")
  }

  @Test func layersOfANetworkHaveNamesOfTheirOwn() throws {
    for type in Registry.builtIn.networks {
      let part = try recipe(type.name, []).makeLayers(input: type.usualInput, classes: 10)
      func names(_ part: LayerPart) -> [String] {
        // One with the name "" gives its layers the names that they have in its place.
        part.layers.indices.flatMap { index -> [String] in
          part.ownNames[index] == "" ? [] : [part.name(of: index)]
        }
      }
      func check(_ part: LayerPart, _ place: String) {
        let own = names(part)
        #expect(Set(own).count == own.count, "\(type.name) \(place): \(own)")
        for (index, layer) in part.layers.enumerated() {
          for inner in layer.parts { check(inner, "\(place).\(index)") }
        }
      }
      check(part, "")
    }
    let part = try recipe("resnet18", []).makeLayers(input: .photograph, classes: 10)
    let places = part.nested(in: "").map(\.place)
    #expect(Set(places).count == places.count && places.contains("layer1.relu1") && places.contains("layer1.1"))
  }
}
