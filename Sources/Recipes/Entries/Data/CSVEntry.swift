import Datasets
import Diagnostics

/// Tables of numbers in CSV files, one sample per row.
public struct CSVEntry: FileEntry, GroupableEntry {
  /// The file of the training samples, relative to the working directory.
  public var train: String
  /// The file of the validation samples; nil for none.
  public var validation: String?
  /// The file of the test samples; nil for none.
  public var test: String?
  /// Whether the first row names the columns.
  public var header = true
  /// The character between fields.
  public var separator = CSVStyle.Separator.comma
  /// The character before a number's fraction.
  public var decimal = CSVStyle.Decimal.point
  /// The column of the class, by name or index from 0; nil for the last.
  public var label: String?
  /// The columns of the target numbers, by name or index from 0; nil for the last.
  public var targets: [String]?
  /// The column of each row's weight, by name or index from 0; nil for none.
  public var weight: String?
  /// The columns to leave out, by name or index from 0; nil for none.
  public var ignore: [String]?
  /// Whether each epoch shuffles the rows.
  public var shuffle = true
  /// How many training rows are set aside for validation and testing.
  public var split = SplitShares()
  /// The column of each row's group, by name or index from 0; nil if rows are independent.
  public var splitBy: String?

  /// Rows of a file.
  public init(train: String) { self.train = train }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "csv", "tables of numbers in CSV files: one sample per row, with a class or numbers as the target",
    example: "train: table.csv, label: species, ignore: [id], testShare: 0.2",
    keys: fileKeys("a CSV file with one sample per row") + [
      RecipeKey("header", \.header, .flag, "whether the first row names the columns"),
      RecipeKey("separator", \.separator, .choice, "the character between fields: comma, semicolon or tab"),
      RecipeKey("decimal", \.decimal, .choice, "the character before a number's fraction: point or comma"),
      RecipeKey(
        "label", \.label, .optional(.text),
        "the column of the class, by name or index from 0, or none for the last"),
      RecipeKey(
        "targets", \.targets, .optional(.list(.text)),
        "for losses on numbers: the columns of the target, by name or index from 0, or none for the last"),
      .weight(\.weight),
      RecipeKey(
        "ignore", \.ignore, .optional(.list(.text)),
        "the columns to leave out, by name or index from 0, or none; all others are inputs"),
      .shuffle(\.shuffle),
    ] + splitKeys + [groupKey("the column that says the group of each row, by name or index from 0")])

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let kind = recipe.loss.targetKind
    try recipe.checkTargetKeys(label: label, targets: targets)
    let columns = try CSVColumns(
      of: train, style: style, outputs: kind, label: label, targets: targets,
      ignoring: ignore ?? [], extras: SampleExtras(weight: weight, group: splitBy))
    let extras = SampleExtras(weight: try recipe.weightColumn(weight), group: splitBy)
    let whole = try CSVDataset(contentsOf: train, style: style, columns: columns, extras: extras)
    try checkClasses(of: whole)
    try recipe.checkClassCount(of: whole)
    let parts = DataSplits(
      whole, split: try SeedSplit(count: whole.count, classes: whole.classes, groups: whole.groups, shares: split))
    let others = try [validation, test].map { path in
      try path.map {
        try CSVDataset(
          contentsOf: $0, style: style, columns: columns, classNames: whole.classNames,
          extras: SampleExtras(group: whole.groups?.source, needsGroup: false))
      }
    }
    return DataSplits(
      training: parts.training, validation: others[0] ?? parts.validation, test: others[1] ?? parts.test,
      notices: whole.notices, groups: joined(parts.groups, others.map { $0?.groups }, in: "column"))
  }

  /// Throws if the last column is the class only by default, and looks like a number to learn.
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
        + "if they are classes after all, data: {label: \(name)}")
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { "\(train): \(label.map { "column \($0)" } ?? "the last column")" }

  /// Reads the samples of another file or folder.
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

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try CSVInputReader(facts: facts, style: style)
  }

  private var style: CSVStyle { CSVStyle(separator: separator, decimal: decimal, hasHeader: header) }
}

extension CSVStyle.Separator: Choice {}
extension CSVStyle.Decimal: Choice {}
