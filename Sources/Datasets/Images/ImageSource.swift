/// Encoded images in a fixed order. Any thread may read.
public protocol ImageSource: Sendable {
  /// The number of images.
  var count: Int { get }
  /// Names an image for messages: its path, or the archive and its name there.
  func name(of index: Int) -> String
  /// Reads an image's encoded bytes, replacing those in `bytes`, whose memory is reused.
  /// - Throws: `Failure` (noInput, data, inputOutput) naming the image if it cannot be read or has more than `limit` bytes.
  func read(_ index: Int, into bytes: inout [UInt8], limit: Int) throws
  /// Says that these images are read next, so that a disk may read them together.
  func expect(_ indices: [Int])
  /// The images of each file of them, as `Dataset.fileRanges` has them; nil if there are none.
  var fileRanges: [Range<Int>]? { get }
}

extension ImageSource {
  /// Does nothing.
  public func expect(_ indices: [Int]) {}

  /// Nil: each image is a file.
  public var fileRanges: [Range<Int>]? { nil }
}
