import Datasets
import Diagnostics

/// Tables of numbers in CSV files, one sample a row.
public struct CSVEntry: SplittableEntry {
  /// The file of the training samples, relative to the working folder.
  public var train: String
  /// The file of the validation samples; nil for none.
  public var validation: String?
  /// The file of the test samples; nil for none.
  public var test: String?
  /// Whether the first row names the columns.
  public var header = true
  /// What stands between fields.
  public var separator = CSVStyle.Separator.comma
  /// What stands before a number's fraction.
  public var decimal = CSVStyle.Decimal.point
  /// The column that names the class, by name or place; nil for the last.
  public var label: String?
  /// The columns with the numbers that outputs should be, by name or place; nil for the last.
  public var targets: [String]?
  /// The columns that are left out, by name or place; nil for none.
  public var ignore: [String]?
  /// Whether every epoch takes the rows in an order of its own.
  public var shuffle = true
  /// How many rows are kept for validation and testing.
  public var split = SplitShares()

  /// The rows of a file.
  public init(train: String) { self.train = train }

  /// Every default; what is required has a placeholder.
  public init() { self.init(train: "") }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "csv", "tables of numbers in CSV files: one sample a row, with a class or numbers as the target",
    example: "train: table.csv, label: species, ignore: [id], testShare: 0.2",
    keys: [
      RecipeKey("train", \.train, .text, required: true, "the training samples, a CSV file with one sample a row"),
      RecipeKey(
        "validation", \.validation, .optional(.text),
        "samples to measure on while training, a file of the same kind, or none"),
      RecipeKey("test", \.test, .optional(.text), "the test samples, a file of the same kind, or none"),
      RecipeKey("header", \.header, .flag, "whether the first row names the columns"),
      RecipeKey("separator", \.separator, .choice, "what stands between fields: comma, semicolon or tab"),
      RecipeKey("decimal", \.decimal, .choice, "what stands before a number's fraction: point or comma"),
      RecipeKey(
        "label", \.label, .optional(.text),
        "the column that names the class, by name or place from 0, or none for the last"),
      RecipeKey(
        "targets", \.targets, .optional(.list(.text)),
        "for losses on numbers: the columns that outputs should be, by name or place from 0, or none for the last"),
      RecipeKey(
        "ignore", \.ignore, .optional(.list(.text)),
        "the columns that are left out, by name or place from 0, or none; all others are inputs"),
      RecipeKey("shuffle", \.shuffle, .flag, "whether every epoch has an order of its own"),
    ] + splitKeys)

  /// The training samples, and those to measure on.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let kind = recipe.loss.targetKind
    guard kind == .classes ? targets == nil : label == nil else {
      throw Failure(
        .configuration,
        "loss \(recipe.loss.name) compares with \(kind == .classes ? "classes, but data.targets names numbers" : "numbers, but data.label names a class")",
        advice: kind == .classes
          ? "to learn numbers, write loss: mse; to learn classes, data.label in place of data.targets"
          : "to learn classes, write loss: cross-entropy; to learn numbers, data.targets in place of data.label")
    }
    let columns = try CSVColumns(
      of: train, style: style, outputs: kind, label: label, targets: targets, ignoring: ignore ?? [])
    let whole = try CSVDataset(contentsOf: train, style: style, columns: columns)
    try checkClasses(of: whole)
    try recipe.checkClassCount(of: whole)
    let parts = DataSplits(whole, split: try SeedSplit(count: whole.count, classes: whole.classes, shares: split))
    func file(_ path: String?) throws -> CSVDataset? {
      try path.map { try CSVDataset(contentsOf: $0, style: style, columns: columns, classNames: whole.classNames) }
    }
    return DataSplits(
      training: parts.training, validation: try file(validation) ?? parts.validation,
      test: try file(test) ?? parts.test, notices: whole.notices)
  }

  /// The last column, taken for the class since nothing else is said, may hold numbers to learn.
  private func checkClasses(of data: CSVDataset) throws {
    guard label == nil, case .label(let column) = data.columns.target else { return }
    let numbers = data.classNames.compactMap { Float($0.replacing(",", with: ".")) }
    let isFractional = numbers.contains { $0.rounded() != $0 }
    let many = max(20, Int(Double(data.count).squareRoot()))
    guard numbers.count == data.classNames.count, numbers.count > (isFractional ? min(many, data.count / 2) : many)
    else { return }
    let name = YAMLOutput.quotedIfNeeded(column)
    throw Failure(
      .data,
      "\(train): the last column, \(column), holds \(numbers.count) different numbers, such as \(data.classNames[0]) and "
        + "\(data.classNames[1]), which would be as many classes",
      advice: "to learn the number, write loss: mse and data: {targets: [\(name)]}; "
        + "where they are classes all the same, data: {label: \(name)}")
  }

  /// The source of the classes.
  public var classSource: String? { "\(train): \(label.map { "column \($0)" } ?? "the last column")" }

  /// The part's own file or folder.
  public func path(of split: Split) -> String? { split == .validation ? validation : split == .test ? test : nil }

  /// The samples of one more file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let columns = try CSVColumns(
      of: path, style: style, outputs: recipe.loss.targetKind, label: label, targets: targets,
      inputs: facts.columns ?? [])
    let data = try CSVDataset(
      contentsOf: path, style: style, columns: columns, classNames: facts.classNames.isEmpty ? nil : facts.classNames)
    return (data, data.notices)
  }

  /// The reader of such inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try CSVInputReader(facts: facts, style: style)
  }

  private var style: CSVStyle { CSVStyle(separator: separator, decimal: decimal, hasHeader: header) }
}

extension CSVStyle.Separator: Choice {}
extension CSVStyle.Decimal: Choice {}
