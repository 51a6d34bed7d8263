import Diagnostics
import Testing
import Training

@testable import Recipes

@Suite struct BalanceKeyTests {
  @Test func sharesAreEvenUnlessAskedOtherwise() throws {
    #expect(try read().balance == .even)
    let balanced = try read("balance: auto\n", "model.layers.1.linear.outputs=4")
    #expect(try balanced.balance == .auto && balanced.makeExperiment().settings.balance == .auto)
  }

  @Test func impossibleValuesAreNamed() throws {
    #expect(
      try failure(of: "balance: speed")
        == wrong("recipe.yaml:5: balance cannot be \"speed\"", "it must be one of auto, even"))
    #expect(
      try failure(of: "balance: auto\nreduction: native")
        == wrong(
          "recipe.yaml:5: balance auto moves shards between ranks, which changes the bits if reduction is native",
          "set reduction to tree or balance to even"))
  }

  @Test func aRunMayResumeWithAnotherBalance() throws {
    #expect(try read("balance: auto\n").firstDifference(from: read()) == nil)
    #expect(try read("balance: auto\n").hasResult(of: read()))
  }

  @Test func someShardsForEachRankCanBeBalanced() throws {
    let recipe = try read("batch: 32\n")
    #expect([1, 2, 8, 20].map { recipe.shardsToBalance(ranks: $0) } == [4, 8, 32, 32])
    #expect(recipe.shardsToBalance(ranks: 32) == nil && recipe.shardsToBalance(ranks: 64) == nil)
  }
}
