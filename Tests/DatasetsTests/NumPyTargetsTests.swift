import Datasets
import Diagnostics
import Formats
import Foundation
import Tensors
import Testing

@Suite struct NumPyTargetsTests {
  private func open(
    _ y: NPYArray, x: [Int] = [3, 2, 1], lengths: [Int32]? = nil, targets: NumPyDataset.TargetKind? = .classes,
    ignoring: Int? = nil
  ) throws -> NumPyDataset {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var arrays = [("x", NPYArray(shape: x, floats: (0..<x.reduce(1, *)).map { Float($0) })), ("y", y)]
    if let lengths { arrays.append(("lengths", NPYArray(shape: [lengths.count], int32s: lengths))) }
    try NPZArchive.write(arrays, to: path)
    do {
      return try NumPyDataset(contentsOf: path, targets: targets, ignoring: ignoring)
    } catch let failure as Failure {
      throw Failure(
        failure.exitCode, failure.message.replacingOccurrences(of: path, with: "FILE"), advice: failure.advice)
    }
  }

  private func load(_ data: NumPyDataset, _ indices: [Int]) throws -> Batch {
    let batch = try Batch(for: data, capacity: 3)
    try indices.withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    return batch
  }

  @Test func aClassForEachStepIsTimeMajor() throws {
    let data = try open(NPYArray(shape: [3, 2], int32s: [0, 1, 2, 3, 4, 5]))
    #expect(data.targetLayout == .classes(steps: 2))
    #expect(data.classNames == ["0", "1", "2", "3", "4", "5"])
    let batch = try load(data, [2, 0])
    #expect((0..<4).map { batch.classes[$0] } == [4, 0, 5, 1])
  }

  private func refused(_ y: NPYArray, x: [Int]) throws -> Failure {
    try #require(throws: Failure.self) { try open(y, x: x) }
  }

  @Test func ambiguousTargetsGetAdvice() throws {
    let oneHot = NPYArray(shape: [3, 4], int32s: [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    let told = try refused(oneHot, x: [3, 2])
    #expect(
      told.message == "FILE: y has the shape [3, 4] with a single 1 in each row: classes are not one-hot here"
        && told.advice == "write class indices: y.argmax(axis=1)")
    #expect(try refused(oneHot, x: [3, 2, 1]) == told)
    // A class for each step; and y for other losses.
    #expect(try open(oneHot, x: [3, 4, 1]).targetLayout == .classes(steps: 4))
    // Also if a model makes fewer steps of more: the hint only appears if the numbers differ.
    let shorter = try open(oneHot, x: [3, 6, 1])
    #expect(shorter.targetLayout == .classes(steps: 4))
    #expect(shorter.shapeNotice?.contains("y.argmax(axis=1)") == true && shorter.notices.isEmpty)
    #expect(try open(oneHot, x: [3, 4, 1]).shapeNotice == nil)
    #expect(try open(oneHot, x: [3, 2], targets: .values).targetLayout == .values(.vector(4)))
    let several = try refused(NPYArray(shape: [3, 2], int32s: [0, 1, 1, 1, 0, 0]), x: [3, 2])
    #expect(several.advice?.hasPrefix("write loss: binary-cross-entropy") == true)
    let numbers = try refused(NPYArray(shape: [3], floats: [1, 2.5, 3]), x: [3, 2])
    #expect(numbers.advice?.hasSuffix("write loss: mse") == true)
  }

  @Test(arguments: [[3, 3, 32, 32], [3, 1, 28, 28], [3, 3, 9, 16], [3, 4, 24, 24], [3, 10, 32, 32]])
  func channelsFirstIsReported(shape: [Int]) throws {
    let notices = try open(NPYArray(shape: [3], int32s: [0, 1, 2]), x: shape).notices
    #expect(notices.count == 1 && notices[0].contains("x.transpose(0, 2, 3, 1): the channels must come last"))
  }

  @Test(arguments: [
    [3, 32, 32, 3], [3, 28, 28, 1], [3, 1, 7, 4], [3, 3, 3, 3], [3, 3, 3, 8], [3, 2, 9, 9], [3, 8, 16, 16],
    [3, 12, 20, 20], [3, 4, 24, 32],
  ])
  func otherShapesAreAccepted(shape: [Int]) throws {
    let data = try open(NPYArray(shape: [3], int32s: [0, 1, 2]), x: shape)
    #expect(data.inputShape.extents == Array(shape.dropFirst()) && data.notices == [])
  }

  @Test func sequencesOfFewStepsMayHaveTheirChannelsFirst() throws {
    func notice(_ x: [Int], y: NPYArray? = nil, lengths: [Int32]? = nil) throws -> String? {
      let data = try open(y ?? NPYArray(shape: [3], int32s: [0, 1, 2]), x: x, lengths: lengths)
      // Nothing is said during training, since vectors of many features may be meant.
      #expect(data.inputShape.extents == Array(x.dropFirst()) && data.notices == [])
      return data.shapeNotice
    }
    #expect(
      try notice([3, 12, 100])?.hasSuffix(
        "x has the shape [3, 12, 100], which is 12 steps of 100 features: 12 channels of 100 steps would be x.transpose(0, 2, 1)"
      ) == true)
    #expect(try notice([3, 1, 40])?.contains("which is 1 step of 40 features: 1 channel of 40 steps") == true)
    for others in [[3, 1, 32], [3, 12, 90], [3, 17, 200], [3, 100, 12], [3, 200]] { #expect(try notice(others) == nil) }
    #expect(try notice([3, 12, 100], lengths: [12, 3, 5]) == nil)
    let classes = NPYArray(shape: [3, 12], int32s: (0..<36).map { Int32($0 % 5) })
    #expect(try notice([3, 12, 100], y: classes) == nil)
  }

  @Test func unusedArraysAndRoundedNumbersAreReported() throws {
    try withFolder { folder in
      let path = "\(folder)/t.npz"
      try NPZArchive.write(
        [
          ("x", NPYArray(shape: [2, 1], int32s: [1, 16_777_217])), ("y", NPYArray(shape: [2], int32s: [0, 1])),
          ("mask", NPYArray(shape: [2], int32s: [0, 1])),
        ], to: path)
      #expect(
        try NumPyDataset(contentsOf: path).notices == [
          "\(path): the array mask is not read; x, y and lengths are",
          "\(path): x holds the whole number 16777217.0, which becomes 16777216.0: float32 has those up to 16,777,216",
        ])
      let failure = try #require(throws: Failure.self) { try NumPyReader(shape: [1, 1]).samples(path) }
      #expect(failure.advice == "the run was trained on 1×1; give them a last axis: x[..., None]")
    }
  }

  @Test func stepsAfterTheLengthAreIgnored() throws {
    let data = try open(NPYArray(shape: [3, 2], int32s: [0, -1, 1, 2, 1, 99]), lengths: [1, 2, 1])
    #expect(data.classNames == ["0", "1", "2"])
  }

  @Test func probablePaddingIsReported() throws {
    func notices(_ ends: [Int], start: Float = 1) throws -> [String] {
      let x = ends.flatMap { end in (0..<5).map { $0 == 0 ? start : $0 <= end ? 1 : Float(0) } }
      let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let y = NPYArray(shape: [ends.count], int32s: ends.map { Int32($0 % 2) })
      try NPZArchive.write([("x", NPYArray(shape: [ends.count, 5, 1], floats: x)), ("y", y)], to: path)
      let notices = try NumPyDataset(contentsOf: path).notices
      // A trained model's inputs get the same.
      var told: [String] = []
      try NumPyReader(shape: [5, 1]).read(file: path, report: { _ in }) { data, _ in told = data.notices }
      #expect(told == notices)
      return notices
    }
    let told = try notices([1, 3, 4])
    #expect(told.count == 1 && told[0].contains(": 2 of 3 samples end in steps that are all 0"), "\(told)")
    #expect(try notices([4, 4, 4]).isEmpty && notices([2, 2, 2]).isEmpty && notices([1, 3, 4], start: 0).isEmpty)
  }

  @Test func theIgnoredIndexIsNoClass() throws {
    let data = try open(NPYArray(shape: [3], int32s: [0, -100, 1]), ignoring: -100)
    #expect(data.classNames == ["0", "1"])
    let batch = try load(data, [1])
    #expect(batch.classes[0] == -100)
    #expect(try open(NPYArray(shape: [3], int32s: [0, 9, 1]), ignoring: 9).classNames == ["0", "1"])
  }

  @Test func numericTargetsHaveTheArraysShape() throws {
    let row = try open(NPYArray(shape: [3], floats: [0.5, 1.5, 2.5]), targets: .values)
    #expect(row.targetLayout == .values(.vector(1)) && row.classNames.isEmpty)
    let steps = try open(NPYArray(shape: [3, 2, 2], floats: (0..<12).map { Float($0) }), targets: .values)
    #expect(steps.targetLayout == .values(.sequence(steps: 2, features: 2)))
    let batch = try load(steps, [2, 0])
    guard case .values(let view) = batch.targets else {
      Issue.record("not numbers")
      return
    }
    #expect((0..<8).map { view.base[$0] } == [8, 9, 0, 1, 10, 11, 2, 3])
  }

  @Test func mismatchesAreNamed() throws {
    func failure(_ y: NPYArray, _ targets: NumPyDataset.TargetKind = .classes) throws -> Failure {
      try #require(throws: Failure.self) { try open(y, targets: targets) }
    }
    #expect(
      try failure(NPYArray(shape: [3, 2], int32s: [0, 0, 0, -7, 0, 0]))
        == Failure(
          .data, "FILE: y[1, 1] is -7",
          advice: "class indices start at 0: if -7 marks samples without a class, write loss: {name: cross-entropy, "
            + "ignoreIndex: -7}; if classes are counted from -7, they become y + 7"))
    #expect(
      try failure(NPYArray(shape: [3], int32s: [1, -1, 1])).advice
        == "class indices start at 0: -1 and 1 become 0 and 1 by (y + 1) // 2")
    #expect(
      try failure(NPYArray(shape: [2], int32s: [0, 0]))
        == Failure(
          .data, "FILE: y has the shape [2]",
          advice: "y must be one class index for each of the 3 samples of x, or for each of their steps"))
    #expect(
      try failure(NPYArray(shape: [4, 2], floats: Array(repeating: 0, count: 8)), .values)
        == Failure(
          .data, "FILE: y has the shape [4, 2]",
          advice: "y must hold numbers for each of the 3 samples of x, shaped as the model's outputs"))
    #expect(try failure(NPYArray(shape: [3], floats: [0.5, 1, 1])).exitCode == .data)
  }

  @Test func withoutTargetsTheArrayIsNotRead() throws {
    #expect(try open(NPYArray(shape: [1], floats: [0.5]), targets: nil).count == 3)
  }

  @Test func numbersThatAreNotFiniteAreNamedBySample() throws {
    let advice = "every number must be finite, those of padding too"
    #expect(throws: Failure(.data, "FILE: y[2, 1] is nan as float32, in sample 2", advice: advice)) {
      try open(NPYArray(shape: [3, 2], floats: [0, 1, 2, 3, 4, -.nan]), targets: .values)
    }
    #expect(throws: Failure(.data, "FILE: y[1] is -inf as float32, in sample 1", advice: advice)) {
      try open(NPYArray(shape: [3], doubles: [0, -1e300, 0]), targets: .values)
    }
  }

  @Test func anAbsurdClassIndexIsRefused() throws {
    #expect(
      throws: Failure(.data, "FILE: y[1] is 2000000000", advice: "class indices are below 1048576")
    ) { try open(NPYArray(shape: [3], int32s: [0, 2_000_000_000, 1])) }
  }

  private func padded(
    _ x: [Float], lengths: [Int32], _ padding: SequencePadding, y: NPYArray? = nil,
    targets: NumPyDataset.TargetKind? = .classes
  ) throws -> NumPyDataset {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [2, 3, 1], floats: x)), ("lengths", NPYArray(shape: [2], int32s: lengths)),
        ("y", y ?? NPYArray(shape: [2], int32s: [0, 1])),
      ], to: path)
    return try NumPyDataset(
      contentsOf: path, targets: y?.element == .float32 ? .values : targets, padding: padding)
  }

  @Test func paddingInFrontIsMovedToTheEnd() throws {
    let classes = NPYArray(shape: [2, 3], int32s: [-9, 99, 1, 2, 3, 4])
    let data = try padded([.nan, 5, 6, 7, 8, 9], lengths: [1, 3], .front, y: classes)
    let batch = try load(data, [0, 1])
    #expect((0..<4).map { batch.view.base[$0] } == [6, 7, 8, 9])
    #expect((0..<4).map { batch.classes[$0] } == [1, 2, 3, 4])
    #expect(batch.steps(ofSample: 0) == 1 && batch.steps(ofSample: 1) == 3 && data.classNames.count == 5)
    let numbers = NPYArray(shape: [2, 3, 1], floats: [.nan, 1, 2, 3, 4, 5])
    let other = try load(padded([0, 0, 1, 0, 1, 1], lengths: [2, 3], .front, y: numbers), [0, 1])
    guard case .values(let view) = other.targets else {
      Issue.record("not numbers")
      return
    }
    #expect(withExtendedLifetime(other) { (0..<5).map { view.base[$0] } } == [1, 2, 3, 4, 5])
  }

  @Test func paddingAtTheOtherEndIsReported() throws {
    func notice(_ x: [Float], _ lengths: [Int32], _ padding: SequencePadding) throws -> String {
      let (data, inputs) = try (
        padded(x, lengths: lengths, padding), padded(x, lengths: lengths, padding, targets: nil)
      )
      #expect(data.notices.map { $0.drop { $0 != ":" } } == inputs.notices.map { $0.drop { $0 != ":" } })
      return data.notices.last ?? "none"
    }
    #expect(try notice([0, 0, 1, 0, 2, 3], [1, 2], .behind).hasSuffix("if so, set data.padding to front"))
    #expect(try notice([1, 0, 0, 2, 3, 0], [1, 2], .front).hasSuffix("if so, leave data.padding out"))
    #expect(try notice([1, 0, 0, 2, 3, 0], [1, 2], .behind) == "none")
    #expect(try notice([0, 0, 1, 0, 2, 3], [1, 2], .front) == "none")
    // One sample begins with a value; no values after the lengths.
    #expect(try notice([0, 0, 1, 4, 2, 3], [1, 2], .behind) == "none")
    #expect(try notice([0, 0, 0, 0, 2, 0], [1, 2], .behind) == "none")
    #expect(try open(NPYArray(shape: [3], int32s: [0, 1, 2])).notices == [])
  }

  @Test func paddingMayHaveAnyValue() throws {
    #expect(try padded([1, .nan, .infinity, 2, 3, 4], lengths: [1, 3], .behind).count == 2)
    #expect(throws: Failure.self) { try padded([1, .nan, 0, 2, 3, 4], lengths: [2, 3], .behind) }
  }
}
