extension ExchangePlace {
  /// The exchange that suits the bucket and the number of machines; what rounding leaves out goes to `residuals`.
  func makeExchange(_ messenger: any Messenger, residuals: Residuals?) throws -> any Exchange {
    let isAlone = plan.machines.count == 1
    if bucket.isCompressed, let compression = plan.compression, let residuals {
      let rounding = Rounding(tree: plan.tree, format: compression.format, residuals: residuals)
      return isAlone ? LocalCompressedExchange(self, rounding) : try CompressedExchange(self, rounding, messenger)
    }
    if isAlone { return LocalExchange(self) }
    return bucket.isShort ? try DoublingExchange(self, messenger) : try DirectExchange(self, messenger)
  }
}
