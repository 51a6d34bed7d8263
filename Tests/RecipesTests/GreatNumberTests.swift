import Diagnostics
import Tensors
import Testing

@testable import Recipes

/// Huge whole numbers are refused or harmless: they neither trap nor take forever.
@Suite(.timeLimit(.minutes(1))) struct GreatNumberTests {
  static let numbers = [1 << 31, 1 << 62, Int.max]

  /// The dotted names of the keys that hold whole numbers.
  private func whole(_ keys: [KeyInfo]) -> [String] {
    keys.flatMap { key -> [String] in
      var shape = key.shape
      if case .optional(let inner) = shape { shape = inner }
      switch shape {
      case .whole, .pair, .pairOrChoice: return [key.name]
      case .section(let inner, _): return whole(inner).map { "\(key.name).\($0)" }
      default: return []
      }
    }
  }

  private func build(_ overrides: [String]) {
    _ = try? Recipe.load("temporal-order", overrides: ["data.epochSize=32", "data.testSize=32"] + overrides)
      .makeExperiment()
  }

  @Test(arguments: numbers) func ofSections(number: Int) {
    let keys = whole(Recipe.keys)
    #expect(keys.contains("batch") && keys.contains("evaluate.every"))
    for key in keys { build(["\(key)=\(number)"]) }
    build(["accumulate=65536", "batch=\(number)", "schedule.scaleWithBatch=1"])
  }

  @Test(arguments: numbers) func ofKinds(number: Int) {
    let kinds = [
      ("optimizer", EntryKind.optimizer.info(key: "name")), ("schedule", EntryKind.schedule.info(key: "name")),
      ("loss", EntryKind.loss.info(key: "name")),
    ]
    for (section, info) in kinds {
      for entry in info.entries {
        for key in whole(entry.keys) { build(["\(section)=\(entry.name)", "\(section).\(key)=\(number)"]) }
      }
    }
    for schedule in EntryKind.schedule.names {
      for span in ["\(number) steps", "1e300 epochs"] {
        build(["schedule=\(schedule)", "schedule.warmup=\(span)"])
        build(["schedule=\(schedule)", "schedule.length=\(span)"])
      }
    }
  }

  @Test(arguments: numbers) func ofData(number: Int) throws {
    let sources = EntryKind.data.info(key: "source").entries
    #expect(sources.contains { whole($0.keys).contains("testSize") })
    for source in sources {
      for key in whole(source.keys) {
        _ = try? Recipe.load(
          "temporal-order", overrides: ["data={source: \(source.name), \(key): \(number)}"]
        ).makeExperiment()
      }
    }
    let transforms = EntryKind.transform.info(key: nil)
    for transform in transforms.entries {
      let example = RecipeReference.example(of: transform, transforms).dropFirst(2)
      for key in whole(transform.keys) {
        let place = "data.transforms.0.\(transform.name).\(key)"
        _ = try? read(
          "data: {source: image-folder, folder: nowhere, transforms: [\(example)]}\n", "\(place)=\(number)"
        ).makeExperiment()
      }
    }
  }

  @Test(arguments: numbers) func ofLayers(number: Int) throws {
    let inputs = [
      Shape.vector(8), .sequence(steps: 10, features: 8), .image(height: 16, width: 16, channels: 3),
    ]
    let layers = EntryKind.layer.info(key: nil)
    for layer in layers.entries {
      let example = RecipeReference.example(of: layer, layers).dropFirst(2)
      for key in whole(layer.keys) {
        guard
          let recipe = try? Recipe.parse(
            "model: {layers: [\(example)]}", file: "r.yaml",
            overrides: ["model.layers.0.\(layer.name).\(key)=\(number)"])
        else { continue }
        for input in inputs { _ = try? recipe.makeModel(inputShape: input) }
      }
    }
  }
}
