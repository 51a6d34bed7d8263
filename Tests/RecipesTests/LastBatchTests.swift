import Diagnostics
import Testing

@testable import Recipes

/// A last batch that is too small for batch normalization is reported before training.
@Suite struct LastBatchTests {
  private func notices(samples: Int, norm: String = "batch-norm", _ overrides: String...) throws -> [String] {
    let text = """
      batch: 16
      shards: 4
      data: {source: temporal-order, epochSize: \(samples)}
      model:
        layers:
          - lstm: {hiddenSize: 3}
          - residual:
              body:
                - \(norm)
          - linear: {outputs: 4}
      """
    let recipe = try Recipe.parse(text, file: "my.yaml", overrides: overrides)
    return try recipe.checkLastBatch(of: recipe.makeExperiment())
  }

  @Test func oneSampleIsRefused() throws {
    #expect(
      throws: wrong(
        "my.yaml:9: model.layers.1.residual.body.0 (batch-norm) needs at least 2 values per channel, but the "
          + "last batch of each epoch has 1 of 33 samples",
        "choose a batch that leaves 0 or at least 2 samples over, such as batch: 15")
    ) { try notices(samples: 33) }
  }

  @Test func moreSamplesOrOtherLayersPass() throws {
    #expect(try notices(samples: 32) == [])
    #expect(try notices(samples: 34) == [])
    #expect(try notices(samples: 33, norm: "layer-norm") == [])
    #expect(try notices(samples: 33, "steps=2") == [], "which end before it")
  }

  @Test func shardsOfOneSampleAreReported() throws {
    let norm = "batch-norm: {statistics: shard}"
    let told = try notices(samples: 37, norm: norm)
    #expect(
      told == [
        "my.yaml:9: model.layers.1.residual.body.0 (batch-norm): the last batch of each epoch has 5 of 37 samples, and 3 of "
          + "its 4 shards get 1 sample each, which has no variance: for it the layer gives its bias, and nothing is learned"
      ])
    #expect(try notices(samples: 40, norm: norm) == [])
  }
}
