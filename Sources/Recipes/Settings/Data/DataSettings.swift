import Datasets
import Diagnostics

/// The data sources.
public enum DataSettings: Equatable, Sendable {
  /// Generated sequences for the temporal-order task.
  case temporalOrder(TemporalOrderSettings)
  /// Generated strings to be repeated later.
  case echo(EchoSettings)
  /// Generated series of bits to be repeated later.
  case binaryEcho(BinaryEchoSettings)
  /// Arrays from `.npz` files.
  case numpy(NumPySettings)
  /// Grey images from IDX files.
  case idx(IDXSettings)
  /// Tables from CSV files.
  case csv(CSVSettings)
  /// Lines of text, a file for each class.
  case textLines(TextLinesSettings)
  /// Image files in a folder for each class.
  case imageFolder(ImageFolderSettings)
  /// A data source that the program defines itself.
  case custom(CustomData)
}

extension DataSettings: Variant {
  static let noun = "data source"

  static var variants: [VariantCase<DataSettings>] { builtIn + RecipeExtensions.current.dataSources.map { $0.variant } }

  var customVariant: VariantCase<DataSettings>? {
    if case .custom(let own) = self { own.entry.ownVariant } else { nil }
  }

  private static let builtIn: [VariantCase<DataSettings>] = [
    VariantCase(DataSettings.temporalOrder) { if case .temporalOrder(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.echo) { if case .echo(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.binaryEcho) { if case .binaryEcho(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.numpy) { if case .numpy(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.idx) { if case .idx(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.csv) { if case .csv(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.textLines) { if case .textLines(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.imageFolder) { if case .imageFolder(let settings) = $0 { settings } else { nil } },
  ]

  /// The settings of the chosen source.
  var chosenSettings: any DataSourceSettings {
    switch self {
    case .temporalOrder(let settings): settings
    case .echo(let settings): settings
    case .binaryEcho(let settings): settings
    case .numpy(let settings): settings
    case .idx(let settings): settings
    case .csv(let settings): settings
    case .textLines(let settings): settings
    case .imageFolder(let settings): settings
    case .custom(let own): own.entry.settings
    }
  }
}

/// What every data source's settings have.
protocol DataSourceSettings: VariantSettings {
  /// Whether every epoch takes the samples in an order of its own.
  var shuffle: Bool { get }

  /// Where the classes of the training samples come from, for messages: a file, and what of it; nil where no file holds
  /// them.
  var classSource: String? { get }

  /// The samples; the recipe tells the seed and what its loss compares with.
  /// - Throws: `Failure` (noInput, data) naming the file and what is wrong with it.
  func makeSplits(for recipe: Recipe) throws -> DataSplits

  /// What reads new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` (data) where the facts are not of such samples.
  func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader

  /// The file or folder that holds one part of the data and nothing else; nil where there is none.
  func path(of split: Split) -> String?

  /// The samples of a file or folder, to measure a model on that was trained on samples with these facts.
  /// - Throws: `Failure` (noInput, data) naming what is wrong with it, (configuration) where the source has no files.
  func makeSamples(at path: String, for recipe: Recipe, facts: DataFacts) throws -> MeasuredSamples
}

/// Samples to measure a model on.
struct MeasuredSamples {
  /// The samples.
  let samples: any Dataset
  /// What people should know of them.
  var notices: [String] = []
}

extension DataSourceSettings {
  var classSource: String? { nil }

  func path(of split: Split) -> String? { nil }

  func makeSamples(at path: String, for recipe: Recipe, facts: DataFacts) throws -> MeasuredSamples {
    throw Failure(
      .configuration, "data of the source \(Self.name) are in no file or folder, such as \(path)",
      advice: "leave \(path) out; keys such as data.testSize=1000 change what is measured")
  }
}
