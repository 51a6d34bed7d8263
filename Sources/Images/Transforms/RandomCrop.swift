import Diagnostics

/// Adds black pixels around images and takes a rectangle at a random place.
public struct RandomCrop: Transform {
  /// The place of the rectangle in the padded image.
  public struct Parameters: Equatable, Sendable {
    /// The first row.
    public var top: Int
    /// The first column.
    public var left: Int

    /// Takes the first row and column.
    public init(top: Int, left: Int) {
      self.top = top
      self.left = left
    }
  }

  /// The name in recipes.
  public static let name = "random-crop"
  /// False.
  public let isDeterministic = false
  /// Height and width of the result.
  public let size: ImageSize
  /// Black rows above and below (height), and columns left and right (width).
  public let padding: ImageSize

  /// Crops of this size from images with this padding on each side.
  public init(_ size: ImageSize, padding: ImageSize = ImageSize(height: 0, width: 0)) {
    self.size = size
    self.padding = padding
  }

  /// Always `size`.
  public func outputSize(for input: ImageSize?) -> ImageSize? { size }

  /// Draws a place, uniformly.
  public func draw(size input: ImageSize, random: TransformRandom) -> Parameters {
    let room = room(in: input)
    return Parameters(
      top: random.integer(0, in: 0...max(0, room.height)), left: random.integer(1, in: 0...max(0, room.width)))
  }

  /// Takes the rectangle at the place.
  public func apply(_ parameters: Parameters, to canvas: Canvas) throws {
    let room = room(in: canvas.size)
    guard room.height >= 0, room.width >= 0 else {
      throw Failure(
        .data, "\(Self.name) takes \(size) pixels, but the image has \(canvas.size)",
        advice: "a smaller size, more padding, or a resize before it")
    }
    try canvas.crop(top: parameters.top - padding.height, left: parameters.left - padding.width, size: size)
  }

  private func room(in input: ImageSize) -> ImageSize {
    ImageSize(
      height: input.height + 2 * padding.height - size.height, width: input.width + 2 * padding.width - size.width)
  }
}
