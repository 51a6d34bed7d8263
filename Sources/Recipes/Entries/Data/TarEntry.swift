import Datasets
import Diagnostics
import Images
import Tensors

/// Tar files in WebDataset's convention: the members `KEY.jpg` and `KEY.cls` are a sample.
public struct TarEntry: GroupableEntry, PixelEntry {
  /// The tar files of the training samples: patterns, relative to the working directory.
  public var train: [String]
  /// The tar files of the validation samples; nil for none.
  public var validation: [String]?
  /// The tar files of the test samples; nil for none.
  public var test: [String]?
  /// The endings of inputs; nil for those of the first sample.
  public var input: [String]?
  /// The member that holds the target.
  public var target = TarTarget.usual
  /// The classes' names, or a file that has them; nil for those that occur.
  public var classes: [String]?
  /// How many samples are set aside for parts that have no tar files. Test samples are taken from the validation samples if
  /// there are some, else from the training samples.
  public var split = SplitShares()
  /// The pattern that finds a sample's group in its input's name; nil if samples are independent.
  public var splitBy: String?
  /// The transforms of each training image.
  public var transforms: [any PipelineEntry] = []
  /// The transforms of all other images; nil for those of `transforms` that are not random.
  public var evaluationTransforms: [any PipelineEntry]?
  /// Whether each epoch shuffles the samples.
  public var shuffle = true
  /// How many tar files an epoch mixes at a time; nil for all.
  public var shuffleWindow: Int?
  /// The most memory, in MiB, that each part of the data keeps images in on each machine.
  public var cache = 1024
  /// Whether all inputs are read once, to find those that are damaged.
  public var checkInputs = true
  /// What to do if a sample is damaged.
  public var damaged = ImageFolderEntry.DamagePolicy.skip
  /// The threads that read and transform images beside the training; nil to use idle processors.
  public var threads: Int?
  /// The most pixels of an image, in millions.
  public var megapixels = 64
  /// The channels that images are read with.
  public var colors = PixelFormat.Colors.rgb
  /// The bits of a channel: 8 or 16.
  public var depth = PixelFormat.Depth.eight.rawValue
  /// Where to get the data, for the message if it is missing.
  public var origin: String?

  /// Samples in tar files.
  public init(train: [String]) { self.train = train }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: []) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "tar", "samples in tar files, in WebDataset's convention: KEY.jpg and KEY.cls",
    example: "train: \"train-{000..146}.tar\", validation: validation.tar, transforms: [resize: {size: [112, 112]}]",
    keys: [
      RecipeKey(
        "train", \.train, .oneOrList(.text), required: true,
        "the tar files of the training samples; {000..146}, {a,b}, * and ? stand for several"),
      RecipeKey("validation", \.validation, .optional(.oneOrList(.text)), "those of the validation samples, or none"),
      RecipeKey("test", \.test, .optional(.oneOrList(.text)), "those of the test samples, or none"),
      RecipeKey(
        "input", \.input, .optional(.oneOrList(.text)),
        "the ending of inputs, of images or npy, or several of which a sample has one, or none for those of the first sample"
      ),
      RecipeKey(
        "target", \.target, .tarTarget,
        "the member that holds the target: cls or txt (a class's index or name, or numbers), npy (numbers), or json:KEY"
      ),
      RecipeKey(
        "classes", \.classes, .optional(.oneOrList(.text)),
        "the classes' names: a list, or a file with one on each line; or none for those that occur"),
    ] + splitKeys + [
      groupKey(
        "a pattern of the inputs' names, without folders, with the group in parentheses and * for any characters, such as (*)_*"
      ),
      RecipeKey(
        "transforms", \.transforms, .list(.transform, least: 0),
        "transforms of each training image, in this order; images of one size need none"),
      RecipeKey(
        "evaluationTransforms", \.evaluationTransforms, .optional(.list(.transform, least: 0)),
        "transforms of all other images, or none for those of transforms that are not random"),
      .shuffle(\.shuffle),
      RecipeKey(
        "shuffleWindow", \.shuffleWindow, .optional(.number(.atLeast(1))),
        "for disks that read whole files fastest: how many tar files an epoch mixes at a time, in random order, or none for all"
      ),
      RecipeKey(
        "cache", \.cache, .number(.atLeast(0)), "MiB of memory for images, for each part of the data on each machine"),
      .threads(\.threads),
      RecipeKey(
        "checkInputs", \.checkInputs, .flag,
        "whether all inputs are read once, when the index is made, to find those that are damaged; if not, one ends the job"
      ),
      RecipeKey(
        "damaged", \.damaged, .choice, "if a sample is damaged: skip leaves it out with a notice, fail ends the job"),
    ] + pixelKeys + [.origin(\.origin)])

  /// Checks the shares, and that a window is of shuffled samples.
  public func check(_ section: RecipeSection) throws {
    try checkSplit(section)
    try checkDepth(section)
    try section.checkClasses(classes, key: "classes")
    if let shuffleWindow, !shuffle {
      throw section.conflict(
        of: ["shuffleWindow", "shuffle"],
        "\(section.naming("shuffleWindow", shuffleWindow)), but samples keep their order, since shuffle is false",
        advice: "leave one of them out")
    }
  }

  /// Reads the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    var notices: [String] = []
    var form = try form(of: try filePattern(train, "train"), for: recipe, names: try classNames())
    let whole = try samples(train, "train", form, &notices)
    form.targets = whole.targetsOfOthers(form)
    do {
      return try makeParts(of: whole, form, notices, recipe)
    } catch let failure as Failure where failure.exitCode == .data {
      throw failure.adding(whole.damage.summary)
    }
  }

  /// Reads the validation and test samples, and divides all.
  private func makeParts(
    of whole: TarSamples, _ form: TarForm, _ notices: [String], _ recipe: Recipe
  ) throws -> DataSplits {
    var notices = notices
    let others = try validation.map { try samples($0, "validation", form, &notices) }
    let final = try test.map { try samples($0, "test", form, &notices) }
    let pattern = try splitBy.map { try GroupPattern($0) }
    return try makeParts(
      (whole, others, final), notices: notices, damageNotice: whole.damage.summary,
      cut: { samples in
        try SeedSplit(
          count: samples.count, classes: samples.classes, groups: try pattern.map { try samples.groups(by: $0) },
          shares: split)
      },
      groups: { groups, samples, part in if let pattern { groups.add(samples, by: pattern, of: part) } },
      choosing: { $0.choosing($1) },
      dataset: { try dataset($0, form, like: $1, recipe) })
  }

  /// Makes the reader of new inputs: image files, or `.npy` files.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    func reader(of wanted: String, _ inputs: any InputReader) -> any InputReader {
      InputFileReader(inputs: inputs, sourceEndings: ["tar"], kind: "a tar file of samples", wanted: wanted)
    }
    let arrays = TarArrayReader(facts)
    let areImages = facts.inputShape.count == 3 && facts.inputShape[2] == colors.channels
    guard areImages, input?.contains(where: { $0.hasSuffix("npy") }) != true else {
      return reader(of: ".npy files", arrays)
    }
    let images = try makeImageReader(shape: facts.inputShape)
    return input == nil
      ? reader(of: "image files or .npy files", ImageOrArrayReader(images: images, arrays: arrays))
      : reader(of: "image files", images)
  }

  /// The tar files.
  public var files: [(path: String, split: Split?)] {
    [(train, nil), (validation, Split.validation), (test, .test)].flatMap { patterns, split in
      ((try? patterns.map { try FilePattern($0).paths }) ?? []).map { (path: $0, split: split) }
    }
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { FilePattern.text(of: train) }

  /// The tar files of one part of the data.
  public func path(of split: Split) -> String? {
    switch split {
    case .training: nil
    case .validation: self.split.testShare == 0 ? validation.map(FilePattern.text) : nil
    case .test: test.map(FilePattern.text)
    }
  }

  /// Reads the samples of other tar files.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    var notices: [String] = []
    let files = try FilePattern([path])
    var form = try form(of: files, for: recipe, names: facts.classNames.isEmpty ? nil : facts.classNames)
    if classes == nil, case .classes(let names?, let ignored, _) = form.targets {
      form.targets = .classes(names: names, ignored: ignored, example: "the run was trained on \"\(names[0])\"")
    }
    let found = try sound(try TarSamples(files, form: form), &notices)
    return (try dataset(found, form, like: Shape(facts.inputShape), recipe), notices)
  }

  private func filePattern(_ patterns: [String], _ key: String) throws -> FilePattern {
    do {
      return try FilePattern(patterns)
    } catch let failure as Failure where failure.exitCode == .noInput {
      throw missingData(failure.message, path: patterns[0], key: "data.\(key)", origin: origin)
    }
  }

  private func form(of files: FilePattern, for recipe: Recipe, names: [String]?) throws -> TarForm {
    let kind = recipe.loss.targetKind
    if kind != .classes, classes != nil {
      throw Failure(
        .configuration, "loss \(recipe.loss.kind) compares with numbers, but data.classes names classes",
        advice: "to learn classes, write loss: cross-entropy; to learn numbers, leave data.classes out")
    }
    let form = try TarForm(
      inputs: input ?? [], target: target,
      targets: kind == .classes ? .classes(names: names, ignored: recipe.loss.ignoreIndex) : .values(shape: nil),
      files: files, checks: checkInputs, pixelLimit: pixelLimit)
    if form.areArrays, !transforms.isEmpty || evaluationTransforms?.isEmpty == false {
      throw Failure(
        .configuration,
        "data.\(transforms.isEmpty ? "evaluationTransforms" : "transforms") change images, but the inputs of "
          + "\(files.text) are arrays",
        advice: "leave them out")
    }
    return form
  }

  /// The names that the recipe gives, or the lines of the file that it names; nil if it gives none.
  private func classNames() throws -> [String]? {
    guard let classes, classes.count == 1 else { return classes }
    return try ClassNames.read(classes[0])
  }

  private func samples(
    _ patterns: [String], _ key: String, _ form: TarForm, _ notices: inout [String]
  ) throws -> TarSamples {
    try sound(try TarSamples(try filePattern(patterns, key), form: form), &notices)
  }

  /// Names the samples that were left out, or throws the first.
  private func sound(_ samples: TarSamples, _ notices: inout [String]) throws -> TarSamples {
    if damaged == .fail, let first = samples.damage.first { throw first }
    notices += samples.notices + samples.damage.notices
    return samples
  }

  private func dataset(
    _ samples: TarSamples, _ form: TarForm, like training: Shape?, _ recipe: Recipe
  ) throws -> any Dataset {
    guard !form.areArrays else { return try TarArrays(samples) }
    return try ImageDataset(
      TarImages(samples), targets: samples.targets, classNames: samples.classNames, sizes: samples.sizes,
      like: training, pipeline: pipeline(like: training), seed: recipe.seed,
      purpose: training == nil ? .trainingData : .testData, cache: cache, threads: threads, pixelLimit: pixelLimit,
      format: format)
  }
}

/// Reads image files and arrays, told apart by their names.
private struct ImageOrArrayReader: InputReader {
  let images: ImageReader
  let arrays: TarArrayReader

  var fileEndings: [String] { images.fileEndings + arrays.fileEndings }

  func samples(_ input: String) throws -> any Dataset {
    try input.lowercased().hasSuffix(".npy") ? arrays.samples(input) : images.samples(input)
  }
}

extension ValueType<TarTarget> {
  /// The member that holds a target.
  fileprivate static var tarTarget: ValueType {
    let shape = ValueShape.text(rule: "cls, txt, npy or json:KEY", pattern: #"(.+\.)?(cls|txt|npy|json:.+)"#)
    return ValueType {
      shape
    } read: { node, path, _ in
      guard let text = node.text else { throw mismatch(node, path, shape) }
      guard let target = TarTarget(text) else {
        throw node.place.failure(
          "\(path) cannot be \(node.named)",
          advice: text.hasSuffix("json")
            ? "name the key in the object: \(text):label" : "it must be cls, txt, npy or json:KEY")
      }
      return target
    } write: {
      .scalar(YAMLOutput.quotedIfNeeded($0.text))
    }
  }
}
