import Testing

@testable import Recipes

/// Rules for every settings struct; new layers, sources and optimizers are covered through their registries.
@Suite struct DeclarationTests {
  @Test func everyKeyIsDocumentedOnOneLine() {
    for (path, key) in allKeys(Recipe.keys, path: "") {
      #expect(!key.doc.isEmpty, "\(path) has no doc")
      #expect(!key.doc.contains("\n") && !key.doc.hasSuffix("."), "\(path): the doc is one phrase")
      #expect(key.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }, "\(path): a key is one word")
    }
  }

  @Test func everyKeyIsUniqueInItsSection() {
    let paths = allKeys(Recipe.keys, path: "").map(\.path)
    #expect(Set(paths).count == paths.count)
  }

  @Test func everyPropertyHasAKey() {
    func check<S: RecipeSettings>(_ type: S.Type) {
      #expect(Mirror(reflecting: S()).children.map { $0.label ?? "" } == S.form.keys.map(\.name), "\(S.self)")
    }
    // A recipe's origin is not part of its settings.
    #expect(
      Mirror(reflecting: Recipe()).children.compactMap(\.label) == Recipe.form.keys.map(\.name) + ["origin"])
    check(ModelSettings.self)
    check(EMASettings.self)
    check(EvaluateSettings.self)
    check(MixSettings.self)
    check(MonitorSettings.self)
    check(StopSettings.self)
    check(OutlierSettings.self)
    check(RecordSettings.self)
    for types in allTypes {
      for type in types {
        #expect(properties(of: type.init()).sorted() == type.info.keys.map(\.name).sorted(), "\(type.name)")
      }
    }
  }

  /// The properties with keys; structs that entries share have their own properties. `dp-train data` sets `measuresScale`.
  private func properties(of settings: Any) -> [String] {
    Mirror(reflecting: settings).children.filter { $0.label != "measuresScale" }.flatMap { child in
      ["options", "recurrence", "split", "start", "window"].contains(child.label)
        ? properties(of: child.value) : [child.label.map(key) ?? ""]
    }
  }

  /// A flag's key is its property's name without "is".
  private func key(ofProperty name: String) -> String {
    guard name.hasPrefix("is"), let initial = name.dropFirst(2).first, initial.isUppercase else { return name }
    return initial.lowercased() + name.dropFirst(3)
  }

  @Test func everyKeyAppearsInTheResolvedText() throws {
    var recipe = try read()
    recipe.model.layers = EntryKind.layer.defaults
    recipe.model.weights = "start.pt"
    recipe.ema = EMASettings()
    recipe.stop = StopSettings()
    recipe.outliers = OutlierSettings()
    recipe.compression = CompressionSettings()
    let (sources, optimizers) = (EntryKind.data.defaults, EntryKind.optimizer.defaults)
    let schedules = EntryKind.schedule.defaults
    for turn in 0..<max(sources.count, optimizers.count, schedules.count) {
      recipe.data = sources[turn % sources.count]
      if var images = recipe.data as? any TransformedEntry {
        images.transforms = EntryKind.transform.defaults
        images.evaluationTransforms = images.transforms
        recipe.data = images
      }
      let changes = EntryKind.sequenceTransform.defaults
      if var sequences = recipe.data as? any ArraysEntry {
        sequences.transforms = changes
        recipe.data = sequences
      }
      if var sequences = recipe.data as? CSVSequencesEntry {
        sequences.transforms = changes
        recipe.data = sequences
      }
      if var sequences = recipe.data as? TSEntry {
        sequences.transforms = changes
        recipe.data = sequences
      }
      recipe.optimizer = optimizers[turn % optimizers.count]
      recipe.schedule = schedules[turn % schedules.count]
      let text = recipe.resolvedYAML(comments: true)
      let chosen = [recipe.data.kind, recipe.optimizer.kind, recipe.schedule.kind]
      // All layers are there, but none with an initialization.
      for (path, key) in allKeys(Recipe.keys, path: "")
      where !path.contains("initialization=") && !path.contains("network") && !path.hasPrefix("model.unfreeze.") {
        let isOfAnother = path.contains("=") && !chosen.contains { path.contains("=\($0).") }
        if !isOfAnother || path.contains("layers") { #expect(text.contains("\(key.name):"), "\(path)") }
      }
    }
  }

  @Test func everyEntryIsRegisteredOnceAndDescribed() {
    for types in allTypes {
      #expect(Set(types.map { $0.name }).count == types.count)
      for type in types { #expect(!type.info.doc.isEmpty && type.init().kind == type.name) }
    }
  }

  private var allTypes: [[any RecipeEntry.Type]] {
    [
      EntryKind.layer.types, EntryKind.network.types, EntryKind.loss.types, EntryKind.optimizer.types,
      EntryKind.schedule.types,
      EntryKind.data.types, EntryKind.transform.types, EntryKind.sequenceTransform.types,
      EntryKind.initialization.types,
    ]
  }

  @Test func defaultsAndRangesAreKnownAsData() throws {
    let batch = try #require(Recipe.keys.first { $0.name == "batch" })
    #expect(batch.defaultText == "32")
    #expect(!batch.isRequired)
    guard case .whole(let range?) = batch.shape else {
      Issue.record("batch is \(batch.shape)")
      return
    }
    #expect(range == ValueRange(text: "at least 1", lower: .init(value: 1, isIncluded: true), upper: nil))
    let data = try #require(Recipe.keys.first { $0.name == "data" })
    #expect(data.defaultText == "temporal-order")
    let model = try #require(Recipe.keys.first { $0.name == "model" })
    #expect(model.defaultText == nil)
    guard case .section(let keys, _) = model.shape else {
      Issue.record("model is \(model.shape)")
      return
    }
    #expect(keys.map(\.isRequired) == [false, false, false, false, false, false, false, false, true])
  }

  private func allKeys(_ keys: [KeyInfo], path: String) -> [(path: String, key: KeyInfo)] {
    keys.flatMap { key in
      [("\(path)\(key.name)", key)] + inner(key.shape, path: "\(path)\(key.name)")
    }
  }

  private func inner(_ shape: ValueShape, path: String) -> [(path: String, key: KeyInfo)] {
    switch shape {
    case .optional(let shape), .list(let shape, least: _): inner(shape, path: path)
    case .section(let keys, _): allKeys(keys, path: "\(path).")
    // Layers may contain layers: each entry is visited once.
    case .entry(let info):
      info.entries.filter { !path.contains("=\($0.name).") }.flatMap { allKeys($0.keys, path: "\(path)=\($0.name).") }
    default: []
    }
  }
}
