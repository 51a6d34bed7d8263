/// Takes the middle of images; black is added around smaller ones.
public struct CenterCrop: DeterministicTransform {
  /// The name in recipes.
  public static let name = "center-crop"
  /// Height and width of the result.
  public let size: ImageSize

  /// A crop of this size.
  public init(_ size: ImageSize) {
    self.size = size
  }

  /// Always `size`.
  public func outputSize(for input: ImageSize?) -> ImageSize? { size }

  /// Takes the middle; an odd remainder is divided as in torchvision.
  public func apply(_ parameters: Void, to canvas: Canvas) throws {
    try canvas.crop(
      top: Self.start(of: size.height, in: canvas.size.height), left: Self.start(of: size.width, in: canvas.size.width),
      size: size)
  }

  private static func start(of length: Int, in extent: Int) -> Int {
    length > extent
      ? -((length - extent) / 2) : Int((Double(extent - length) / 2).rounded(.toNearestOrEven))
  }
}

extension Canvas {
  /// Crops the image to a rectangle; parts outside of the image are black.
  func crop(top: Int, left: Int, size: ImageSize) throws {
    if top == 0, left == 0, size == self.size { return }
    let columns = max(0, left)..<max(0, left, min(self.size.width, left + size.width))
    try makeResult(size)
    for channel in 0..<channels {
      for place in 0..<size.height {
        let to = result[channel] + place * size.width
        let from = top + place
        guard from >= 0, from < self.size.height, !columns.isEmpty else {
          to.update(repeating: 0, count: size.width)
          continue
        }
        let start = columns.lowerBound - left
        to.update(repeating: 0, count: start)
        (to + start).update(
          from: planes[channel] + from * self.size.width + columns.lowerBound, count: columns.count)
        (to + start + columns.count).update(repeating: 0, count: size.width - start - columns.count)
      }
    }
    useResult()
  }
}
