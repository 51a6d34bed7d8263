import Datasets
import Diagnostics
import Tensors
import Testing

@Suite struct EchoTests {
  private struct Sample: Equatable {
    var text = ""
    var delays: [Int] = []
    var targets: [Int] = []
  }

  private func samples(_ data: Echo, epoch: Int = 0, _ indices: Range<Int>) throws -> [Sample] {
    let batch = try Batch(for: data, capacity: indices.count)
    Array(indices).withUnsafeBufferPointer { data.load(epoch: epoch, indices: $0, into: batch) }
    return (0..<indices.count).map { place in
      var sample = Sample()
      for step in 0..<batch.steps(ofSample: place) {
        let row = batch.view.row(step: step, sample: place)
        let ones = (0..<data.inputShape.features).filter { row[$0] == 1 }
        #expect((0..<data.inputShape.features).allSatisfy { row[$0] == 0 || row[$0] == 1 })
        sample.text.append(EchoEncoding.symbols[ones[0]])
        sample.delays += ones.dropFirst().map { $0 - 27 }
        sample.targets.append(Int(batch.classes[batch.targetRow(step: step, sample: place)]))
      }
      return sample
    }
  }

  private func index(_ letter: Character) -> Int? { EchoEncoding.symbols.firstIndex(of: letter) }

  @Test func trainingTargetsStartAfterTheDelay() throws {
    let data = Echo(encoding: EchoEncoding(delays: 4...4), lengths: 15...15, count: 200, seed: 1, part: .training)
    #expect(data.inputShape == .sequence(steps: 15, features: 27) && !data.hasLengths)
    var letters: Set<Character> = []
    for sample in try samples(data, 0..<200) {
      #expect(sample.text.count == 15 && sample.delays.isEmpty)
      #expect(sample.targets == [0, 0, 0, 0] + sample.text.dropLast(4).map { index($0) ?? -1 })
      letters.formUnion(sample.text)
    }
    #expect(letters == Set(EchoEncoding.symbols))
  }

  @Test func testStepsBeforeTheDelayDoNotCount() throws {
    let data = Echo(
      encoding: EchoEncoding(delays: 0...8), lengths: 15...25, count: 500, seed: 1, part: .test(uncounted: -7))
    #expect(data.inputShape == .sequence(steps: 25, features: 36) && data.hasLengths)
    var (lengths, delays): (Set<Int>, Set<Int>) = ([], [])
    for (number, sample) in try samples(data, 0..<500).enumerated() {
      let delay = sample.delays[0]
      #expect(sample.delays == Array(repeating: delay, count: sample.text.count))
      let echo = sample.text.dropLast(delay).map { index($0) ?? -1 }
      #expect(sample.targets == Array(repeating: -7, count: delay) + echo)
      #expect(!sample.text.contains(" "))
      #expect(data.text(of: number) == "\(delay):\(sample.text)")
      lengths.insert(sample.text.count)
      delays.insert(delay)
    }
    #expect(lengths == Set(15...25) && delays == Set(0...8))
  }

  @Test func aSampleDependsOnEpochAndIndexAlone() throws {
    let data = Echo(encoding: EchoEncoding(delays: 0...8), lengths: 5...20, count: 99, seed: 3, part: .training)
    let all = try samples(data, epoch: 2, 0..<20)
    #expect(try samples(data, epoch: 2, 7..<9) == Array(all[7..<9]))
    #expect(try samples(data, epoch: 3, 0..<20) != all)
    let other = Echo(encoding: EchoEncoding(delays: 0...8), lengths: 5...20, count: 99, seed: 4, part: .training)
    #expect(try samples(other, epoch: 2, 0..<20) != all)
  }

  @Test func stringsOfAnyLengthAreRead() throws {
    let reader = EchoReader(encoding: EchoEncoding(delays: 0...8))
    let data = try reader.samples("3:ab z")
    #expect(data.inputShape == .sequence(steps: 4, features: 36))
    let batch = try Batch(shape: data.inputShape, capacity: 1)
    try [0].withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    let ones = (0..<4).map { step in (0..<36).filter { batch.view.row(step: step, sample: 0)[$0] == 1 } }
    #expect(ones == [[1, 30], [2, 30], [0, 30], [26, 30]])
  }

  @Test func invalidStringsAreNamed() throws {
    let fixed = EchoReader(encoding: EchoEncoding(delays: 4...4))
    let variable = EchoReader(encoding: EchoEncoding(delays: 0...8))
    func message(_ reader: EchoReader, _ input: String) throws -> String {
      try #require(throws: Failure.self) { try reader.samples(input) }.message
    }
    #expect(try message(fixed, "heLlo") == #"input "heLlo": "L" at place 3 is not a letter"#)
    #expect(try message(fixed, "3:hello") == #"input "3:hello": "3" at place 1 is not a letter"#)
    #expect(try message(fixed, "") == #"input "" has no letters"#)
    #expect(try message(variable, "hello") == #"input "hello" has no delay"#)
    #expect(
      try message(variable, "9:hello") == #"input "9:hello": the delay "9" is not one that the model was trained on"#)
    #expect(try message(variable, "8:he1lo") == #"input "8:he1lo": "1" at place 5 is not a letter"#)
    #expect(try message(variable, "8:") == #"input "8:" has no letters"#)
  }
}
