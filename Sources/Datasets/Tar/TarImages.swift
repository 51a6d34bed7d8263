import Diagnostics

/// The images of samples in tar files.
public struct TarImages: ImageSource {
  private let samples: TarSamples

  /// The inputs of samples, which are images.
  public init(_ samples: TarSamples) { self.samples = samples }

  /// The number of samples.
  public var count: Int { samples.count }

  /// The samples of each tar file.
  public var fileRanges: [Range<Int>]? { samples.fileRanges }

  /// The tar file and the name in it.
  public func name(of index: Int) -> String { samples.name(of: index) }

  /// Reads an image.
  /// - Throws: `Failure` (noInput, data, inputOutput) naming the tar file if it is gone, has changed or cannot be read; (data) if the
  ///   image has more than `limit` bytes.
  public func read(_ index: Int, into bytes: inout [UInt8], limit: Int) throws {
    let place = samples.places[index]
    guard place.size <= limit else {
      throw Failure(.data, "\(name(of: index)) has \(place.size) bytes", advice: "at most \(limit) are read")
    }
    try samples.files.read(place, into: &bytes)
  }

  /// Asks the system to read images ahead.
  public func expect(_ indices: [Int]) { samples.files.expect(indices.lazy.map { samples.places[$0] }) }
}
