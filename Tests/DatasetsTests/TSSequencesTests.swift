import Datasets
import Diagnostics
import Foundation
import Tensors
import Testing

@Suite struct TSSequencesTests {
  private let tags = "# A comment.\n@ProblemName p\n@TIMESTAMPS false\n@dimensions 2\n@Strange 1\n@equalLength false\n"

  private func read(
    _ text: String, _ targets: NumPyDataset.TargetKind? = .classes, missing: MissingValues = .interpolate,
    classNames: [String]? = nil
  ) throws -> TSSequences {
    try withFolder { folder in
      try write(text, to: "\(folder)/t.ts")
      return try TSSequences(
        contentsOf: "\(folder)/t.ts", targets: targets, missing: missing, classNames: classNames)
    }
  }

  private func open(
    _ text: String, _ targets: NumPyDataset.TargetKind? = .classes, missing: MissingValues = .interpolate,
    classNames: [String]? = nil
  ) throws -> SequenceDataset {
    try read(text, targets, missing: missing, classNames: classNames).dataset(.none, by: nil)
  }

  @Test func samplesOfAnyLengthAreReadChannelByChannel() throws {
    let data = try open(
      tags + "@classLabel true b a c\n@Data\n1,2,3:-4,5e1, +6.5 :a\n\n# Another comment.\n7:8:b\r\n.5,1E-2:0,1.:a")
    #expect(
      data.facts == DataFacts(inputShape: [3, 2], classNames: ["b", "a", "c"], hasLengths: true) && data.count == 3)
    #expect(data.classes == [1, 0, 1] && data.targetLayout == .oneClass && data.notices.isEmpty)
    #expect((0..<3).map(data.length) == [3, 1, 2])
    #expect(data.place(of: 1).hasSuffix("t.ts:12") && data.text(of: 1) == "sample 1")
    #expect(try rows(data, 0) == [[1, -4], [2, 50], [3, 6.5]])
    #expect(try rows(data, 1) == [[7, 8]])
    #expect(try rows(data, 2) == [[0.5, 0], [0.01, 1]])
    let loaded = try load(data, [2, 0])
    #expect(loaded.lengths == [2, 3] && loaded.classes == [1, 1])
  }

  @Test func withoutListedClassesThoseThatOccurAreSorted() throws {
    let text = "@univariate true\n@classLabel true\n@data\n1,2:10\n3,4:9\n5,6:10\n"
    let data = try open(text)
    #expect(data.classNames == ["9", "10"] && data.classes == [1, 0, 1])
    #expect(!data.hasLengths && data.inputShape == .sequence(steps: 2, features: 1))
    #expect(try open(text, classNames: ["10", "9"]).classes == [0, 1, 0])
    #expect(
      try failure { try open(text, classNames: ["9", "8"]) } == "t.ts:4: \"10\" is not a class of the training samples")
  }

  @Test func numbersAreTargets() throws {
    let data = try open("@targetLabel true\n@data\n1:2:3:-0.5\n1:2:3:7\n", .values)
    #expect(data.targetLayout == .values(.vector(1)) && data.classNames.isEmpty && data.classes == nil)
    #expect(try load(data, [1, 0]).values == [7, -0.5])
  }

  @Test func missingValuesLieBetweenTheirNeighbours() throws {
    let text = "@classLabel true a b\n@data\n?,1,?,NaN,4,?:nan,?,?,?,?,?:a\n1:2:b\n?,2:3,4:a\n"
    let data = try open(text)
    #expect(try rows(data, 0) == [[1, 0], [1, 0], [2, 0], [3, 0], [4, 0], [4, 0]])
    #expect(try rows(data, 2) == [[2, 3], [2, 4]])
    #expect(data.notices.count == 1)
    #expect(
      data.notices[0].hasSuffix(
        "t.ts: 11 values of 2 samples are missing and become values between their neighbours, or 0 in a channel without any "
          + "(data.missing: interpolate)"), "\(data.notices)")
    func notice(_ samples: String) throws -> String? {
      try open("@classLabel true a b\n@data\n" + samples).notices.first.map { String($0.drop { $0 != ":" }) }
    }
    #expect(
      try notice("1,?,2:a\n")
        == ": 1 value of 1 sample is missing and becomes values between their neighbours (data.missing: interpolate)")
    #expect(
      try notice("1,2:a\n?,?:b\n")
        == ": 2 values of 1 sample are missing and become 0, in a channel without any (data.missing: interpolate)")
    let zero = try open(text, missing: .zero)
    #expect(try rows(zero, 0).map { $0[0] } == [0, 1, 0, 0, 4, 0])
    #expect(zero.notices[0].hasSuffix("become 0 (data.missing: zero)"))
    #expect(try failure { try open(text, missing: .error) } == "t.ts:3: channel 0, step 0: the value is missing")
  }

  @Test func channelsAreStandardized() throws {
    let text = "@classLabel true a b\n@data\n1,2,3:5,5,5:a\n10:7:b\n3,5:9,1:a\n"
    let each = try read(text).dataset(.sample, by: nil)
    let unit = Float(1.5.squareRoot())
    #expect(try rows(each, 0) == [[-unit, 0], [0, 0], [unit, 0]])
    #expect(try rows(each, 1) == [[0, 0]] && rows(each, 2) == [[-1, 1], [1, -1]])
    #expect(each.facts.channelMeans == nil)

    let series = try read(text)
    let scales = series.scales(of: [0, 2])
    #expect(scales.means == [2.8, 5] && abs(scales.deviations[0] - 1.7600000000000002.squareRoot()) < 1e-12)
    let data = try series.dataset(.channel, by: scales)
    #expect(try rows(data, 1) == [[Float((10 - 2.8) / scales.deviations[0]), Float(2 / scales.deviations[1])]])
    #expect(try ChannelScales(data.facts) == scales)
    #expect(
      try failure { try ChannelScales(DataFacts(inputShape: [3, 2], classNames: [])) }
        == "the run's data.json holds no channelMeans and channelDeviations")
    #expect(
      try failure { try read("@classLabel true a b\n@data\n1:a\n").dataset(.channel, by: scales) }
        .hasSuffix("t.ts: the samples have 1 channel, but those of the training have 2"))
  }

  /// Values are rounded to float32 after the mean is subtracted, so that a large one hides nothing.
  @Test func aLargeMeanLosesNoDigits() throws {
    func standardized(offset: Int, _ standardization: Standardization) throws -> [[Float]] {
      let values = [3, 1, 4, 1, 5].map { "\(offset + $0).25" }.joined(separator: ",") + ",?"
      let series = try read("@classLabel true a b\n@data\n\(values):a\n1:b\n")
      return try rows(series.dataset(standardization, by: series.scales(of: [0])), 0)
    }
    for standardization in [Standardization.channel, .sample] {
      let plain = try standardized(offset: 0, standardization)
      #expect(Set(plain).count == 4)
      let large = try standardized(offset: 100_000_000, standardization)
      for (row, other) in zip(plain, large) { #expect(abs(row[0] - other[0]) < 1e-6) }
    }
  }

  private func predicting(_ text: String, missing: MissingValues = .interpolate) throws
    -> (names: [String], lengths: [Int], failures: [String])
  {
    let reader = try TSInputReader(
      facts: DataFacts(inputShape: [9, 2], classNames: ["a", "b"]), missing: missing, standardization: .none)
    return try withFolder { folder in
      try write(text, to: "\(folder)/new.ts")
      var (names, lengths, failures): ([String], [Int], [String]) = ([], [], [])
      func relative(_ text: String) -> String { text.replacingOccurrences(of: folder + "/", with: "") }
      try reader.read(file: "\(folder)/new.ts", report: { failures.append(relative($0.message)) }) { data, name in
        names += (0..<data.count).map { relative(name($0)) }
        lengths += (0..<data.count).map(data.length)
      }
      return (names, lengths, failures)
    }
  }

  @Test func inputsMayHaveALabelOrNot() throws {
    let found = try predicting("@data\n1,2:3,4\n1:2:what\n1:2:3:4\n1,x:2,3\n1,2,3:4,5,?\n", missing: .error)
    #expect(found.names == ["new.ts[0]", "new.ts[1]"] && found.lengths == [2, 1])
    #expect(
      found.failures == [
        "new.ts:4: the sample has 4 channels, but those of the training have 2",
        "new.ts:5: channel 0, step 1: \"x\" is not a number", "new.ts:6: channel 1, step 2: the value is missing",
      ])
    #expect(try predicting("@classLabel true x y\n@data\n1,2:3,4\n").names == ["new.ts"])
    #expect(
      try failure { try predicting("@classLabel true x y\n@data\n") } == "new.ts: there are no samples after @data")
  }

  /// Files from https://timeseriesclassification.com, if they are in the package's folder data/series.
  private static let archive = URL(filePath: #filePath).appending(path: "../../../data/series").standardized.path

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "\(archive)/GunPoint_TRAIN.ts"),
      "data/series holds no files of the UCR and UEA archives"))
  func filesOfTheArchiveAreRead() throws {
    for (name, split, count, shape, classes) in [
      ("GunPoint", "TRAIN", 50, [150, 1], ["1", "2"]), ("GunPoint", "TEST", 150, [150, 1], ["1", "2"]),
      ("BasicMotions", "TRAIN", 40, [100, 6], ["Standing", "Running", "Walking", "Badminton"]),
    ] {
      let data = try TSSequences(
        contentsOf: "\(Self.archive)/\(name)_\(split).ts", targets: .classes, missing: .error
      ).dataset(.none, by: nil)
      #expect(data.count == count && data.inputShape.extents == shape && data.classNames == classes)
      #expect(!data.hasLengths)
    }
  }
}

/// The rows of a sample in a batch of its own.
func rows(_ data: any Dataset, _ index: Int) throws -> [[Float]] {
  let loaded = try load(data, [index])
  let features = data.inputShape.features
  return (0..<Int(loaded.lengths[0])).map { Array(loaded.inputs[$0 * features..<($0 + 1) * features]) }
}
