import Collectives
import Foundation
import TestSupport
import Testing

@testable import Training

/// Confusion counts.
struct ConfusionTests {
  private func counts(_ matrix: [[Int]]) -> ConfusionCounts {
    ConfusionCounts(
      pairs: matrix.enumerated().flatMap { actual, row in
        row.enumerated().filter { $0.element > 0 }.map {
          .init(actual: actual, predicted: $0.offset, count: $0.element)
        }
      })
  }

  @Test func pairsAreFoundAndRanked() {
    let counts = counts([[8, 1, 1, 0], [0, 1, 3, 0], [0, 0, 0, 0], [0, 0, 0, 5]])
    #expect(counts.samples == 19 && counts.right == 14)
    #expect(counts.mostConfused(2).map { [$0.actual, $0.predicted, $0.count] } == [[1, 2, 3], [0, 1, 1]])
    #expect(counts[1, 2] == 3 && counts[2, 1] == 0 && counts[9, 9] == 0)
    #expect(self.counts([]).isEmpty)
  }

  @Test func theJSONIsShortAndReadBack() throws {
    var random = TestRandom(4)
    for classes in [1, 3, 40] {
      let matrix = (0..<classes).map { _ in (0..<classes).map { _ in max(0, Int.random(in: -9...9, using: &random)) } }
      let counts = counts(matrix)
      let data = try JSONEncoder().encode([counts])
      #expect(data.count < 10 + 10 * counts.pairs.count)
      #expect(try JSONDecoder().decode([ConfusionCounts].self, from: data) == [counts])
      // As former versions wrote it.
      let whole = try JSONEncoder().encode([matrix])
      #expect(try JSONDecoder().decode([ConfusionCounts].self, from: whole) == [counts])
    }
  }

  @Test(arguments: [
    #""0 0""#, #""0 0 0""#, #""0 0 -1""#, #""-1 0 1""#, #""1 0 1 0 0 1""#, #""0 0 1 0 0 1""#,
    #""0 0 99999999999999999""#,
    #""a b c""#, "7", "[[-1]]", "[[1e300]]", #""99999999999 0 1""#,
  ])
  func damageIsRefused(text: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode([ConfusionCounts].self, from: Data("[\(text)]".utf8))
    }
  }

  /// The counts do not depend on the division of the samples, and are the same on every rank.
  @Test(arguments: [1, 2, 3, 7])
  func countsAreTheSameOnAnyNumberOfRanks(ranks: Int) throws {
    var random = TestRandom(5)
    let samples = (0..<200).map { _ in
      (Int32.random(in: 0..<50, using: &random), Int.random(in: 0..<1_000_000, using: &random) / 300_000)
    }
    var matrix = [[Int]](repeating: [0, 0, 0, 0], count: 50)
    for sample in samples { matrix[Int(sample.0)][sample.1] += 1 }
    let sums = try ThreadCommunicator.run(ranks: ranks) { communicator in
      var tally = ConfusionTally()
      for sample in samples[samples.count * communicator.rank / ranks..<samples.count * (communicator.rank + 1) / ranks]
      {
        tally.add(actual: sample.0, predicted: sample.1)
      }
      return try tally.sum(over: communicator)
    }
    for sum in sums { #expect(sum == counts(matrix)) }
  }

  @Test func examplesTakeAllClassesInTurn() {
    func chosen(_ labels: [Int], limit: Int) -> [Int] {
      var turns = ClassTurns<Int>(limit: limit)
      for label in labels where turns.accepts(label) { turns.add(label, of: label) }
      return turns.chosen
    }
    #expect(chosen([0, 0, 0, 0, 1, 1, 2], limit: 5) == [0, 0, 1, 1, 2])
    #expect(chosen([2, 0, 0, 0], limit: 3) == [0, 0, 2])
    #expect(chosen(Array(0..<100), limit: 4) == [0, 25, 50, 75])
    #expect(chosen([5, 5], limit: .max) == [5, 5])
    #expect(chosen([], limit: 3) == [] && chosen([1], limit: 0) == [])
  }
}
