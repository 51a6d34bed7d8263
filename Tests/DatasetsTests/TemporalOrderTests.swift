import Datasets
import Diagnostics
import Tensors
import Testing

@Suite struct TemporalOrderTests {
  private func samples(
    _ data: TemporalOrder, epoch: Int = 0, _ indices: Range<Int>
  ) throws -> [(text: String, target: Int)] {
    let batch = try Batch(shape: data.inputShape, capacity: indices.count)
    Array(indices).withUnsafeBufferPointer { data.load(epoch: epoch, indices: $0, into: batch) }
    return (0..<indices.count).map { sample in
      let text = String(
        (0..<batch.view.steps).map { step -> Character in
          let row = batch.view.row(step: step, sample: sample)
          let set = TemporalOrder.symbols.indices.filter { row[$0] != 0 }
          return set.isEmpty ? " " : set.count == 1 && row[set[0]] == 1 ? TemporalOrder.symbols[set[0]] : "?"
        })
      return (text, Int(batch.classes[sample]))
    }
  }

  @Test(arguments: TemporalOrder.Level.allCases)
  func sequencesFollowTheTask(level: TemporalOrder.Level) throws {
    let data = TemporalOrder(level: level, count: 400, seed: 3, purpose: .trainingData)
    var targets = [Int](repeating: 0, count: 4)
    var (lengths, firsts, seconds): (Set<Int>, Set<Int>, Set<Int>) = ([], [], [])
    for (text, target) in try samples(data, 0..<400) {
      let sequence = Array(text.drop { $0 == " " })
      lengths.insert(sequence.count)
      #expect(sequence.first == "B" && sequence.last == "E")
      let relevant = sequence.indices.filter { "XY".contains(sequence[$0]) }
      try #require(relevant.count == 2)
      firsts.insert(relevant[0])
      seconds.insert(relevant[1])
      let classes = ["XX": 0, "XY": 1, "YX": 2, "YY": 3]
      #expect(classes[String([sequence[relevant[0]], sequence[relevant[1]]])] == target)
      let inner = sequence.indices.dropFirst().dropLast()
      #expect(inner.allSatisfy { relevant.contains($0) || "abcd".contains(sequence[$0]) })
      targets[target] += 1
    }
    #expect(targets.allSatisfy { (60...140).contains($0) }, "\(targets)")
    #expect(lengths.allSatisfy(level.lengths.contains) && firsts.allSatisfy(level.first.contains))
    #expect(seconds.allSatisfy(level.second.contains))
    #expect(firsts.count > 1 && seconds.count > 1 && lengths.count > 1)
  }

  @Test func aSampleDependsOnEpochAndIndexAlone() throws {
    let data = TemporalOrder(level: .normal, count: 100, seed: 3, purpose: .trainingData)
    let all = try samples(data, epoch: 2, 0..<20)
    let some = try samples(data, epoch: 2, 7..<9)
    #expect(some.map(\.text) == all[7..<9].map(\.text))
    #expect(try samples(data, epoch: 3, 0..<20).map(\.text) != all.map(\.text))
  }

  @Test func textIsEncodedAsItIsGenerated() throws {
    let data = TemporalOrder(level: .easy, count: 10, seed: 1, purpose: .testData)
    let batch = try Batch(shape: data.inputShape, capacity: 1)
    let (text, _) = try samples(data, 0..<1)[0]
    #expect(data.text(of: 0) == text.filter { $0 != " " })
    try [0].withUnsafeBufferPointer { try data.samples(text).load(epoch: 0, indices: $0, into: batch) }
    let generated = try Batch(shape: data.inputShape, capacity: 1)
    [0].withUnsafeBufferPointer { data.load(epoch: 0, indices: $0, into: generated) }
    for step in 0..<8 {
      for symbol in 0..<8 {
        #expect(batch.view.row(step: step, sample: 0)[symbol] == generated.view.row(step: step, sample: 0)[symbol])
      }
    }
    #expect {
      _ = try data.samples("BaQE")
    } throws: { error in
      (error as? Failure)?.message == #"sequence "BaQE": "Q" at place 3 is not a symbol of this task"#
    }
    #expect(throws: Failure.self) { _ = try data.samples("BaXbcYdacE") }
  }
}
