import Images

/// Blurs images with a Gaussian of random width.
public struct GaussianBlurEntry: TransformEntry {
  /// The kernel's height and width in pixels, both odd.
  public var kernelSize: ImageSize
  /// The range of standard deviations in pixels.
  public var sigma = 0.1...2.0

  /// A kernel of this size.
  public init(kernelSize: ImageSize) { self.kernelSize = kernelSize }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(kernelSize: ImageSize(height: 1, width: 1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    GaussianBlur.name, "images blurred by a Gaussian of random width", example: "kernelSize: 7, sigma: [0.1, 1.0]",
    keys: [
      RecipeKey(
        "kernelSize", \.kernelSize, .imageSize(.from(1, through: 255)), required: true, "height and width, both odd"),
      RecipeKey(
        "sigma", \.sigma, .interval(.from(0.01, through: 1000)), "the standard deviation in pixels, [least, most]"),
    ])

  /// Checks that height and width are odd.
  public func check(_ section: RecipeSection) throws {
    guard kernelSize.height % 2 == 1, kernelSize.width % 2 == 1 else {
      throw section.conflict(
        of: ["kernelSize"], "\(section.path(of: "kernelSize")) must be odd, not \(kernelSize)",
        advice: "an odd kernel has a middle pixel")
    }
  }

  /// Makes the transform.
  public func makeTransform() -> any Transform { GaussianBlur(kernelSize: kernelSize, sigma: sigma) }
}
