import Datasets
import Diagnostics
import Formats
import Foundation
import Tensors
import Testing

@Suite struct NumPySequencesTests {
  /// Six steps of two features, by default of three samples.
  private func open(
    _ arrays: [(String, NPYArray)], x: [Int] = [6, 2], values: [Float]? = nil,
    targets: NumPyDataset.TargetKind? = .classes, ignoring: Int? = nil, padding: SequencePadding = .behind,
    classNames: [String]? = nil, targetsAreOfSteps: Bool? = nil
  ) throws -> NumPyDataset {
    try withFolder { folder in
      let floats = values ?? (0..<x.reduce(1, *)).map { Float($0) }
      try NPZArchive.write([("x", NPYArray(shape: x, floats: floats))] + arrays, to: "\(folder)/t.npz")
      return try NumPyDataset(
        contentsOf: "\(folder)/t.npz", targets: targets, ignoring: ignoring, padding: padding, classNames: classNames,
        targetsAreOfSteps: targetsAreOfSteps)
    }
  }

  private func numbers(_ name: String, _ values: [Int32]) -> (String, NPYArray) {
    (name, NPYArray(shape: [values.count], int32s: values))
  }

  private let lengths: (String, NPYArray) = ("lengths", NPYArray(shape: [3], int32s: [1, 3, 2]))
  private let y: (String, NPYArray) = ("y", NPYArray(shape: [3], int32s: [0, 2, 1]))

  @Test func stepsOfAllSamplesNeedNoPadding() throws {
    for form in [lengths, numbers("offsets", [0, 1, 4, 6]), numbers("offsets", [0, 1, 4])] {
      let data = try open([form, y])
      #expect(data.facts == DataFacts(inputShape: [3, 2], classNames: ["0", "1", "2"], hasLengths: true))
      #expect(data.count == 3 && data.classes == [0, 2, 1] && (0..<3).map(data.length) == [1, 3, 2])
      #expect(try rows(data, 1) == [[2, 3], [4, 5], [6, 7]] && rows(data, 2) == [[8, 9], [10, 11]])
      #expect(try load(data, [2, 0]).lengths == [2, 1])
    }
    let one = try open([lengths, y], x: [6])
    #expect(try one.inputShape == .sequence(steps: 3, features: 1) && rows(one, 1) == [[1], [2], [3]])
    let equal = try open([numbers("lengths", [2, 2, 2]), y])
    #expect(!equal.hasLengths && equal.inputShape == .sequence(steps: 2, features: 2))
    #expect(try open([lengths, numbers("offsets", [0, 1, 4, 6]), y]).notices.isEmpty)
  }

  @Test func otherFormsArePaddedOrHaveNoSteps() throws {
    let padded = try open([numbers("lengths", [1, 2, 2]), y], x: [3, 3, 2])
    #expect(padded.facts == DataFacts(inputShape: [2, 2], classNames: ["0", "1", "2"], hasLengths: true))
    #expect(try load(padded, [1, 0]).inputs == [6, 7, 8, 9, 0, 1])
    let equal = try open([numbers("lengths", [2, 2, 2]), y], x: [3, 3, 2])
    #expect(!equal.hasLengths && equal.inputShape == .sequence(steps: 2, features: 2))
    let vectors = try open([y], x: [3, 2])
    #expect(try vectors.inputShape == .vector(2) && load(vectors, [2, 0]).inputs == [4, 5, 0, 1])
    let unread = try open([numbers("offsets", [0, 1, 4]), y], x: [3, 3, 2]).notices
    #expect(unread.count == 1 && unread[0].hasSuffix("the array offsets is not read; x, y and lengths are"))
    let front = try open([lengths, y, numbers("z", [1])], padding: .front).notices
    #expect(front.count == 2 && front[0].hasSuffix("the array z is not read; x, y and lengths are"))
    #expect(front[1].hasSuffix("so data.padding: front changes nothing"))
  }

  @Test func targetsOfStepsStandAsTheInputs() throws {
    let classes = try open([lengths, numbers("y", [4, 0, -1, 2, 3, 3])], ignoring: -1)
    #expect(classes.targetLayout == .classes(steps: 3) && classes.classNames.count == 5 && classes.classes == nil)
    let batch = try Batch(shape: classes.inputShape, targets: classes.targetLayout, capacity: 1)
    try [1].withUnsafeBufferPointer { try classes.load(epoch: 0, indices: $0, into: batch) }
    #expect((0..<3).map { batch.classes[$0] } == [0, -1, 2])
    let values = try open([lengths, ("y", NPYArray(shape: [6], floats: [1, 2, 3, 4, 5, 6]))], targets: .values)
    #expect(values.targetLayout == .values(.sequence(steps: 3, features: 1)))
    #expect(try load(values, [1]).values == [2, 3, 4])
    let wide = ("y", NPYArray(shape: [3, 2], floats: [1, 2, 3, 4, 5, 6]))
    let whole = try open([lengths, wide], targets: .values)
    #expect(try whole.targetLayout == .values(.vector(2)) && load(whole, [2, 0]).values == [5, 6, 1, 2])
  }

  /// A class for the only step of each sample is not the same as one for each sample.
  @Test func aSingleStepMayHaveATarget() throws {
    func layout(_ x: [Int], y shape: [Int], lengths: [Int32]? = nil, _ known: Bool? = nil) throws -> TargetLayout {
      let y = ("y", NPYArray(shape: shape, int32s: (0..<shape.reduce(1, *)).map { Int32($0 % 3) }))
      let arrays = [y] + (lengths.map { [numbers("lengths", $0)] } ?? [])
      let data = try open(arrays, x: x, targetsAreOfSteps: known)
      #expect(data.facts.targetsAreOfSteps == (data.targetLayout == .oneClass ? nil : true))
      #expect(try load(data, [1]).classes == [1])
      return data.targetLayout
    }
    #expect(try layout([3, 4, 1], y: [3, 4], lengths: [1, 1, 1]) == .classes(steps: 1))
    #expect(try layout([3, 4, 1], y: [3], lengths: [1, 1, 1]) == .oneClass)
    #expect(try layout([3, 4, 1], y: [3, 1]) == .oneClass)
    for known in [nil, true] { #expect(try layout([3, 1, 1], y: [3, 1], known) == .classes(steps: 1)) }
    #expect(try layout([3, 1, 1], y: [3, 1], false) == .oneClass)
    for known in [nil, false] { #expect(try layout([3, 2], y: [3], lengths: [1, 1, 1], known) == .oneClass) }
    #expect(try layout([3, 2], y: [3], lengths: [1, 1, 1], true) == .classes(steps: 1))
    #expect(
      !TargetLayout.oneClass.isAlike(.classes(steps: 1)) && TargetLayout.classes(steps: 1).isAlike(.classes(steps: 7)))
  }

  @Test func aBatchHasTheStepsOfItsLongestSample() throws {
    let y = ("y", NPYArray(shape: [6], floats: [1, 2, 3, 4, 5, 6]))
    let data = try open([lengths, y], targets: .values)
    let batch = try Batch(for: data, capacity: 3)
    for (samples, steps) in [([0, 1], 3), ([2, 0], 2), ([0], 1)] {
      try samples.withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
      guard case .values(let targets) = batch.targets else {
        Issue.record("not numbers")
        return
      }
      #expect(batch.view.steps == steps && targets.steps == steps)
    }
  }

  @Test func targetsOfOtherStepsNeedEqualLengths() throws {
    let y = ("y", NPYArray(shape: [3, 2], int32s: [0, 1, 2, 0, 1, 2]))
    #expect(try open([y], x: [3, 4, 1]).targetLayout == .classes(steps: 2))
    let failure = try #require(throws: Failure.self) { try open([y, lengths], x: [3, 4, 1]) }
    #expect(failure.message == "t.npz: y has the shape [3, 2]")
    #expect(failure.advice == "samples have lengths, so targets of steps must be for each of the 4 steps of x")
  }

  @Test func faultsNameArrayIndexAndValue() throws {
    func failed(
      _ arrays: [(String, NPYArray)], x: [Int] = [6, 2], values: [Float]? = nil,
      _ targets: NumPyDataset.TargetKind = .classes
    ) throws -> String {
      try failure { try open(arrays, x: x, values: values, targets: targets) }
    }
    func lengths(_ values: [Int32]) throws -> String { try failed([numbers("lengths", values), y]) }
    func offsets(_ values: [Int32]) throws -> String { try failed([numbers("offsets", values), y]) }
    #expect(try lengths([1, 3, 3]) == "t.npz: lengths add up to 7, but x has 6 steps, of the shape [6, 2]")
    #expect(try lengths([1, 0, 5]) == "t.npz: lengths[1] is 0")
    #expect(try lengths([1, 7, -2]) == "t.npz: lengths[2] is -2")
    #expect(try lengths([]) == "t.npz: lengths has the shape [0]")
    #expect(try offsets([1, 2, 6]) == "t.npz: offsets[0] is 1")
    #expect(try offsets([0, 4, 2, 6]) == "t.npz: offsets[2] is 2, after 4")
    #expect(try offsets([0, 4, 4, 6]) == "t.npz: offsets[2] is 4, after 4")
    #expect(try offsets([0, 4, 5, 7]) == "t.npz: offsets[3] is 7")
    #expect(try offsets([0, 4, 6]) == "t.npz: y has the shape [3]")
    #expect(
      try failed([self.lengths, numbers("offsets", [0, 2, 4]), y]) == "t.npz: lengths and offsets contradict each other"
    )
    #expect(
      try failed([("lengths", NPYArray(shape: [3], floats: [1, 2.5, 2.5])), y]) == "t.npz: lengths[1] is 2.5")
    #expect(
      try failed([("lengths", NPYArray(shape: [3], floats: [1, 3, .nan])), y], x: [3, 3, 2])
        == "t.npz: lengths[2] is nan")
    #expect(
      try failed([("offsets", NPYArray(shape: [2], doubles: [0, 3e9])), y]) == "t.npz: offsets[1] is 3000000000")
    let long = try #require(throws: Failure.self) {
      try open([("lengths", NPYArray(shape: [3], doubles: [1, 3, 0x1p62])), y])
    }
    #expect(long.message == "t.npz: lengths[2] is 4611686018427387904")
    #expect(long.advice == "lengths are counted in steps, of which there are at most 2147483647")
    #expect(
      try failed([self.lengths, y], x: [3, 2, 2, 1])
        == "t.npz: there is an array lengths, but x holds images, of the shape [3, 2, 2, 1]")
    #expect(try failed([self.lengths, numbers("y", [0, 1])]) == "t.npz: y has the shape [2]")
    #expect(try failed([self.lengths, numbers("y", [0, -3, 1])]) == "t.npz: y[1] is -3")
    #expect(
      try failed([self.lengths, ("y", NPYArray(shape: [2, 2], floats: [0, 1, 2, 3]))], .values)
        == "t.npz: y has the shape [2, 2]")
    #expect(
      try failed([self.lengths, y], values: [0, 1, 2, 3, 4, .nan, 6, 7, 8, 9, 10, 11])
        == "t.npz: x[2, 1] is nan as float32, in sample 1")
    #expect(
      try failed([self.lengths, ("y", NPYArray(shape: [6], floats: [0, 1, 2, 3, 4, .infinity]))], .values)
        == "t.npz: y[5] is inf as float32, in sample 2")
    #expect(try failed([self.lengths]) == "t.npz: there is no array \"y\"; it holds x, lengths")
    #expect(
      try failure { try open([self.lengths, y], classNames: ["0", "1"]) } == "t.npz: y holds the class 2")
  }

  @Test func paddedSequencesWithoutALastAxisGetAdvice() throws {
    let failure = try #require(throws: Failure.self) { try open([lengths, y], x: [3, 5]) }
    #expect(failure.advice == "if x is 3 padded samples × 5 steps of one feature, give it a last axis: x[..., None]")
  }

  @Test func aReaderTakesTheSameForms() throws {
    try withFolder { folder in
      let x = NPYArray(shape: [6, 2], floats: [0, 1, 2, 3, 4, .nan, 6, 7, 8, 9, 10, 11])
      try NPZArchive.write([("x", x), lengths], to: "\(folder)/new.npz")
      let reader = NumPyReader(shape: [9, 2])
      var (names, failures): ([String], [String]) = ([], [])
      try reader.read(file: "\(folder)/new.npz", report: { failures.append($0.message) }) { data, name in
        names += (0..<data.count).map(name)
        #expect((0..<data.count).map(data.length) == [1, 2])
      }
      #expect(names == ["\(folder)/new.npz[0]", "\(folder)/new.npz[2]"])
      #expect(failures == ["\(folder)/new.npz: x[2, 1] is nan as float32, in sample 1"])
      #expect(
        try failure { try NumPyReader(shape: [9, 3]).samples("\(folder)/new.npz") }.contains("is nan"))
    }
  }
}
