import Diagnostics

/// Takes a rectangle at a random place of images that have black added around them.
public struct RandomCrop: Transform {
  /// Where the rectangle begins in the padded image.
  public struct Parameters: Equatable, Sendable {
    /// The first row.
    public var top: Int
    /// The first column.
    public var left: Int

    /// A rectangle that begins at a row and a column.
    public init(top: Int, left: Int) {
      self.top = top
      self.left = left
    }
  }

  /// The recipe's word.
  public static let name = "random-crop"
  /// Not the same in every epoch.
  public let isDeterministic = false
  /// Height and width of what is taken.
  public let size: ImageSize
  /// Black rows above and below (height), and columns left and right (width).
  public let padding: ImageSize

  /// Takes a rectangle of a size from images padded by so many pixels on each side.
  public init(_ size: ImageSize, padding: ImageSize = ImageSize(height: 0, width: 0)) {
    self.size = size
    self.padding = padding
  }

  /// Always `size`.
  public func outputSize(for input: ImageSize?) -> ImageSize? { size }

  /// A place, uniform.
  public func draw(size input: ImageSize, random: TransformRandom) -> Parameters {
    let room = room(in: input)
    return Parameters(
      top: random.integer(0, in: 0...max(0, room.height)), left: random.integer(1, in: 0...max(0, room.width)))
  }

  /// Takes the rectangle at a place.
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
