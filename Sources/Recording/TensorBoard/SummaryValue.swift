import Foundation
import ProtocolBuffers

/// Values that TensorBoard shows under a tag.
extension TensorBoardSummary.Value {
  private init(_ tag: String, _ value: OneOf_Value) {
    self.init()
    self.tag = tag
    self.value = value
  }

  /// A point of a curve.
  static func scalar(_ tag: String, _ value: Double) -> Self {
    Self(tag, .simpleValue(Float(value)))
  }

  /// A picture.
  static func image(_ image: ImageRecord) -> Self {
    var message = TensorBoardSummary.Image()
    message.height = Int32(image.size.height)
    message.width = Int32(image.size.width)
    message.colorspace = Int32(image.colors.rawValue)
    message.encodedImageString = Data(image.png)
    return Self(image.tag, .image(message))
  }

  /// Text in Markdown, for TensorBoard's text plugin: a tensor of one string.
  static func text(_ tag: String, _ text: String) -> Self {
    var extent = TensorBoardTensorShapeProto.Dim()
    extent.size = 1
    var tensor = TensorBoardTensorProto()
    tensor.dtype = .dtString
    tensor.tensorShape.dim = [extent]
    tensor.stringVal = [Data(text.utf8)]
    var value = Self("\(tag)/text_summary", .tensor(tensor))
    value.metadata.pluginData.pluginName = "text"
    return value
  }

  /// The distribution of a parameter's weights, gradients or updates, in the bins of its histogram; in one bin if all
  /// values are equal.
  static func histogram(_ distribution: TensorDistribution) -> Self {
    let (least, most) = (Double(distribution.minimum), Double(distribution.maximum))
    let bins = least < most ? TensorDistribution.bins : 1
    let width = (most - least) / Double(bins)
    var histogram = TensorBoardHistogramProto()
    histogram.min = least
    histogram.max = most
    histogram.num = Double(distribution.count)
    histogram.sum = distribution.sum
    histogram.sumSquares = distribution.sumOfSquares
    histogram.bucketLimit = (1...bins).map { $0 == bins ? most : least + width * Double($0) }
    histogram.bucket = distribution.counts.prefix(bins).map(Double.init)
    return Self(
      "\(distribution.kind.rawValue)s/\(distribution.name)", .histo(histogram))
  }
}
