/// How a pixel's value is found between the pixels of an image.
public enum Interpolation: String, Sendable, CaseIterable {
  /// The nearest pixel.
  case nearest
  /// A weighted mean of the four nearest ones.
  case bilinear
}
