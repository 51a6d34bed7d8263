import Datasets
import Diagnostics
import Testing

@testable import Recipes

@Suite struct SequenceTransformTests {
  private func entry(_ transforms: String) throws -> CSVSequencesEntry {
    let recipe = try read("data: {source: csv-sequences, train: a.csv, sample: id, transforms: \(transforms)}")
    return try #require(recipe.data as? CSVSequencesEntry)
  }

  @Test func transformsAreMadeWithTheirSettings() throws {
    let made = try entry("[jitter, scaling: 0.2, time-masking: {count: 3}, time-masking: {steps: 4}]").transforms
      .map { $0.makeTransform() }
    #expect((made[0] as? Jitter)?.sigma == 0.03)
    #expect((made[1] as? Scaling)?.sigma == 0.2)
    #expect((made[2] as? TimeMasking)?.count == 3 && (made[2] as? TimeMasking)?.limit == .share(0.1))
    #expect((made[3] as? TimeMasking)?.limit == .steps(4))
  }

  @Test func impossibleTransformsAreNamed() {
    #expect(throws: Failure.self) { try entry("[jitter: -1]") }
    #expect(throws: Failure.self) { try entry("[resize: 4]") }
  }
}
