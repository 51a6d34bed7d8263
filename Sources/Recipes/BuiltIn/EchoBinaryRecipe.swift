extension BuiltInRecipe {
  /// Bits echoed across chunks by a carried state.
  static let echoBinary = BuiltInRecipe(
    name: "echo-binary",
    summary: "endless series of bits in chunks of 10; the state is carried from chunk to chunk",
    text: #"""
      # The older echo task: endless series of bits, one per row of the batch, cut into chunks of 10 steps. The state after a
      # chunk is the initial state of the next; gradients stop there (truncated back-propagation through time). The echo
      # comes 3 steps later, so the first 3 bits of a chunk are right only if the state was carried.
      #   dp-train predict RUN 0110100
      name: echo-binary
      seed: 1              # all of ten seeds (1 to 10) reach 100 % after 1 or 2 epochs
      epochs: 10
      batch: 32            # series, one per row, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: echo-binary
        delay: 3
        chunk: 10          # steps per batch
        chunks: 100        # batches per epoch; each epoch has new series and starts from a zero state
        testChunks: 100

      model:
        layers:
          - gru: {hiddenSize: 16, output: all, stateful: true}
          - linear: {outputs: 2}     # 0 and 1

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.01
        clipNorm: 1

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
