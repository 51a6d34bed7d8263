import Datasets
import Diagnostics

/// Sequences in CSV files with a row for each step of each sample.
public struct CSVSequencesEntry: FileEntry, GroupableEntry {
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
  /// The column that says to which sample a row belongs, by name or index from 0.
  public var sample: String
  /// The column by which the rows of a sample are ordered, by name or index from 0; nil if they are in order.
  public var time: String?
  /// The columns of the inputs, by name or index from 0; nil for all others.
  public var channels: [String]?
  /// The column of the class, by name or index from 0; nil for the last.
  public var label: String?
  /// The columns of the target numbers, by name or index from 0; nil for the last.
  public var targets: [String]?
  /// Whose the label or the target numbers are.
  public var targetOf = CSVSequenceForm.TargetOwner.sample
  /// The column of each sample's weight, by name or index from 0; nil for none.
  public var weight: String?
  /// The columns to leave out, by name or index from 0; nil for none.
  public var ignore: [String]?
  /// Random changes of the training samples, if they are sequences.
  public var transforms: [any SequenceTransformEntry] = []
  /// Whether each epoch shuffles the samples.
  public var shuffle = true
  /// How many training samples are set aside for validation and testing.
  public var split = SplitShares()
  /// The column of each sample's group, by name or index from 0; nil if samples are independent.
  public var splitBy: String?

  /// Samples of a file, named by a column.
  public init(train: String, sample: String) {
    self.train = train
    self.sample = sample
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: "", sample: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "csv-sequences", "sequences of any length in CSV files: one row for each step of each sample",
    example: "train: steps.csv, sample: id, time: t, label: kind, testShare: 0.2",
    keys: fileKeys("a CSV file with one row for each step") + [
      RecipeKey("header", \.header, .flag, "whether the first row names the columns"),
      RecipeKey("separator", \.separator, .choice, "the character between fields: comma, semicolon or tab"),
      RecipeKey("decimal", \.decimal, .choice, "the character before a number's fraction: point or comma"),
      RecipeKey(
        "sample", \.sample, .text, required: true,
        "the column that says to which sample a row belongs, by name or index from 0"),
      RecipeKey(
        "time", \.time, .optional(.text),
        "the column of numbers by which the rows of each sample are ordered, or none if they are in order"),
      RecipeKey(
        "channels", \.channels, .optional(.list(.text)),
        "the columns of the inputs, by name or index from 0, or none for all others"),
      RecipeKey(
        "label", \.label, .optional(.text), "the column of the class, by name or index from 0, or none for the last"),
      RecipeKey(
        "targets", \.targets, .optional(.list(.text)),
        "for losses on numbers: the columns of the target, by name or index from 0, or none for the last"),
      RecipeKey(
        "targetOf", \.targetOf, .choice,
        "whose the label or the targets are: sample, the same in all of its rows; or step, each row its own"),
      .weight(\.weight),
      RecipeKey(
        "ignore", \.ignore, .optional(.list(.text)), "the columns to leave out, by name or index from 0, or none"),
      .transforms(\.transforms),
      .shuffle(\.shuffle),
    ] + splitKeys + [groupKey("the column that says the group of each sample, by name or index from 0")])

  /// Reads the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let kind = recipe.loss.targetKind
    try recipe.checkTargetKeys(label: label, targets: targets)
    var form = try CSVSequenceForm(
      of: train, style: style, outputs: kind, sample: sample, time: time, targetOf: targetOf, label: label,
      targets: targets, channels: channels, ignoring: ignore ?? [],
      extras: SampleExtras(weight: weight, group: splitBy))
    form.extras.weight = try recipe.weightColumn(weight)
    let training = try SequenceDataset.reading(csv: train, style: style, form: form)
    let parts = DataSplits(
      training,
      split: try SeedSplit(
        count: training.count, classes: training.classes, groups: training.groups, shares: split))
    form.extras = SampleExtras(group: training.groups?.source, needsGroup: false)
    let others = try [validation, test].map { path in
      try path.map {
        try SequenceDataset.reading(
          csv: $0, style: style, form: form, classNames: training.classNames)
      }
    }
    return try DataSplits(
      training: parts.training, validation: others[0] ?? parts.validation, test: others[1] ?? parts.test,
      notices: ([training] + others.compactMap(\.self)).flatMap(\.notices),
      groups: joined(parts.groups, others.map { $0?.groups }, in: "column")
    )
    .augmented(by: transforms, for: recipe)
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try CSVSequenceReader(facts: facts, style: style, sample: sample, time: time)
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { "\(train): \(label.map { "column \($0)" } ?? "the last column")" }

  /// Reads the samples of another file.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let columns = try CSVColumns(
      of: path, style: style, outputs: recipe.loss.targetKind, label: label, targets: targets,
      inputs: facts.columns ?? [])
    let form = CSVSequenceForm(sample: sample, time: time, targetOf: targetOf, columns: columns)
    let data = try SequenceDataset.reading(csv: path, style: style, form: form, classNames: facts.classNames)
    return (data, data.notices)
  }

  private var style: CSVStyle { CSVStyle(separator: separator, decimal: decimal, hasHeader: header) }
}

extension CSVSequenceForm.TargetOwner: Choice {}
