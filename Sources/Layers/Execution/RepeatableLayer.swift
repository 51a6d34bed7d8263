/// A layer that may promise to make the same of a sample again and again, so that its outputs can be kept.
///
/// They then depend on this sample, the parameters and the buffers alone: not on chance, on other samples of the batch, or
/// on samples before.
public protocol RepeatableLayer: Layer {
  /// Whether it promises that now, if no parameter is changed.
  var isRepeatable: Bool { get }
}

extension RepeatableLayer {
  /// Whether all layers within promise it.
  public var isRepeatable: Bool { parts.allSatisfy { $0.layers.allSatisfy(\.givesTheSame) } }
}

extension Layer {
  /// Whether it makes the same of a sample as long as what is frozen now stays so.
  var givesTheSame: Bool {
    (self as? any RepeatableLayer)?.isRepeatable == true && parameters.allSatisfy(\.isFrozen)
  }
}

extension BatchNorm: RepeatableLayer {
  /// Whether it uses its running statistics in training, too.
  public var isRepeatable: Bool { buffers.allSatisfy(\.isFrozen) }
}

extension RecurrentLayer: RepeatableLayer {
  /// Whether it carries no states from batch to batch, and has no dropout between its levels.
  public var isRepeatable: Bool { !options.isStateful && options.dropout == 0 }
}

extension Activation: RepeatableLayer {}
extension AdaptiveAveragePool: RepeatableLayer {}
extension AttentionPool: RepeatableLayer {}
extension AveragePool: RepeatableLayer {}
extension Branches: RepeatableLayer {}
extension ChannelOrder: RepeatableLayer {}
extension Conv1d: RepeatableLayer {}
extension Conv2d: RepeatableLayer {}
extension ConvTranspose1d: RepeatableLayer {}
extension ConvTranspose2d: RepeatableLayer {}
extension Embedding: RepeatableLayer {}
extension Flatten: RepeatableLayer {}
extension GlobalAveragePool: RepeatableLayer {}
extension GlobalMaxPool: RepeatableLayer {}
extension GroupNorm: RepeatableLayer {}
extension LayerNorm: RepeatableLayer {}
extension Linear: RepeatableLayer {}
extension LocalResponseNorm: RepeatableLayer {}
extension LogSoftmax: RepeatableLayer {}
extension MaxPool: RepeatableLayer {}
extension PReLU: RepeatableLayer {}
extension RMSNorm: RepeatableLayer {}
extension Residual: RepeatableLayer {}
extension Reverse: RepeatableLayer {}
extension Sequential: RepeatableLayer {}
extension Softmax: RepeatableLayer {}
extension Upsample: RepeatableLayer {}
