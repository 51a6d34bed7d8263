import Datasets
import Images

/// A layer of one's own, set: `LayerSettings.custom`.
public struct CustomLayer: Equatable, Sendable {
  /// What is set.
  public let entry: any LayerEntry

  /// A layer as the entry says.
  public init(_ entry: some LayerEntry) {
    self.entry = entry
  }

  /// Whether both are the same kind, set alike.
  public static func == (a: CustomLayer, b: CustomLayer) -> Bool { a.entry.isEqual(to: b.entry) }
}

/// A data source of one's own, set: `DataSettings.custom`.
public struct CustomData: Equatable, Sendable {
  /// What is set.
  public let entry: any DataEntry

  /// Data as the entry says.
  public init(_ entry: some DataEntry) {
    self.entry = entry
  }

  /// Whether both are the same kind, set alike.
  public static func == (a: CustomData, b: CustomData) -> Bool { a.entry.isEqual(to: b.entry) }
}

/// A transform of one's own, set: `TransformSettings.custom`.
public struct CustomTransform: Equatable, Sendable {
  /// What is set.
  public let entry: any TransformEntry

  /// A transform as the entry says.
  public init(_ entry: some TransformEntry) {
    self.entry = entry
  }

  /// Whether both are the same kind, set alike.
  public static func == (a: CustomTransform, b: CustomTransform) -> Bool { a.entry.isEqual(to: b.entry) }
}

extension RecipeEntry {
  fileprivate func isEqual(to other: any RecipeEntry) -> Bool { self == other as? Self }
}

extension LayerEntry {
  /// The kind as a case of the layers.
  static var variant: VariantCase<LayerSettings> {
    VariantCase { (settings: EntrySettings<Self>) in
      .custom(CustomLayer(settings.entry))
    } _: {
      if case .custom(let layer) = $0 { (layer.entry as? Self).map(EntrySettings.init) } else { nil }
    }
  }

  /// The case that the value is of.
  var ownVariant: VariantCase<LayerSettings> { Self.variant }
}

extension DataEntry {
  /// The kind as a case of the data sources.
  static var variant: VariantCase<DataSettings> {
    VariantCase { (settings: EntrySettings<Self>) in
      .custom(CustomData(settings.entry))
    } _: {
      if case .custom(let data) = $0 { (data.entry as? Self).map(EntrySettings.init) } else { nil }
    }
  }

  /// The case that the value is of.
  var ownVariant: VariantCase<DataSettings> { Self.variant }

  /// The entry as settings like those that come along.
  var settings: any DataSourceSettings { EntrySettings(self) }
}

extension TransformEntry {
  /// The kind as a case of the transforms.
  static var variant: VariantCase<TransformSettings> {
    VariantCase { (settings: EntrySettings<Self>) in
      .custom(CustomTransform(settings.entry))
    } _: {
      if case .custom(let transform) = $0 { (transform.entry as? Self).map(EntrySettings.init) } else { nil }
    }
  }

  /// The case that the value is of.
  var ownVariant: VariantCase<TransformSettings> { Self.variant }

  /// The entry as settings like those that come along.
  var settings: any TransformVariantSettings { EntrySettings(self) }
}

extension EntrySettings: DataSourceSettings where Entry: DataEntry {
  var shuffle: Bool { entry.shuffle }

  func makeSplits(for recipe: Recipe) throws -> DataSplits { try entry.makeSplits(for: recipe) }

  func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try entry.makeReader(for: recipe, facts: facts)
  }
}

extension EntrySettings: TransformVariantSettings where Entry: TransformEntry {
  var transform: (any Transform)? { entry.makeTransform() }
}
