import ProtocolBuffers

/// Something that TensorBoard shows under a tag, with the field numbers of TensorFlow's
/// `tensorflow/core/framework/summary.proto`, `histogram.proto` and `tensor.proto`.
struct SummaryValue {
  /// The message `Summary.Value`.
  let message: ProtocolBuffer

  private enum Field {
    static let tag = 1
    static let simpleValue = 2
    static let image = 4
    static let histogram = 5
    static let tensor = 8
    static let metadata = 9
  }

  private init(_ tag: String, _ body: (inout ProtocolBuffer) -> Void) {
    message = ProtocolBuffer {
      $0.add(Field.tag, tag)
      body(&$0)
    }
  }

  /// A point of a curve.
  static func scalar(_ tag: String, _ value: Double) -> SummaryValue {
    SummaryValue(tag) { $0.add(Field.simpleValue, Float(value)) }
  }

  /// A picture.
  static func image(_ image: ImageRecord) -> SummaryValue {
    SummaryValue(image.tag) {
      $0.add(Field.image) {
        $0.add(1, Int64(image.size.height))
        $0.add(2, Int64(image.size.width))
        // The number of channels.
        $0.add(3, Int64(image.colors.rawValue))
        $0.add(4, bytes: image.png)
      }
    }
  }

  /// Text in Markdown: a tensor of one string, for the plugin for text.
  static func text(_ tag: String, _ text: String) -> SummaryValue {
    SummaryValue("\(tag)/text_summary") {
      $0.add(Field.metadata) { $0.add(1) { $0.add(1, "text") } }
      $0.add(Field.tensor) {
        // DT_STRING, and the shape [1].
        $0.add(1, 7 as Int64)
        $0.add(2) { $0.add(2) { $0.add(1, 1 as Int64) } }
        $0.add(8, text)
      }
    }
  }

  /// How a parameter's weights or gradients are spread, in the bins of the distribution; where all values are equal, in
  /// one.
  static func histogram(_ distribution: TensorDistribution) -> SummaryValue {
    let (least, most) = (Double(distribution.minimum), Double(distribution.maximum))
    let bins = least < most ? TensorDistribution.bins : 1
    let width = (most - least) / Double(bins)
    return SummaryValue("\(distribution.kind == .weight ? "weights" : "gradients")/\(distribution.name)") {
      $0.add(Field.histogram) {
        $0.add(1, least)
        $0.add(2, most)
        $0.add(3, Double(distribution.count))
        $0.add(4, distribution.sum)
        $0.add(5, distribution.sumOfSquares)
        // The upper end of each bin.
        $0.add(6, packed: (1...bins).map { $0 == bins ? most : least + width * Double($0) })
        $0.add(7, packed: distribution.counts.prefix(bins).map(Double.init))
      }
    }
  }
}
