import Images

/// Images blurred by a Gaussian of random width.
public struct GaussianBlurEntry: TransformEntry {
  /// The kernel's height and width.
  public var kernelSize: ImageSize
  /// The range of standard deviations in pixels.
  public var sigma = 0.1...2.0

  /// A kernel of a size.
  public init(kernelSize: ImageSize) { self.kernelSize = kernelSize }

  /// Every default; what is required has a placeholder.
  public init() { self.init(kernelSize: ImageSize(height: 1, width: 1)) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    GaussianBlur.name, "images blurred by a Gaussian of random width", example: "kernelSize: 7, sigma: [0.1, 1.0]",
    keys: [
      RecipeKey(
        "kernelSize", \.kernelSize, .imageSize(.from(1, through: 255)), required: true, "height and width, both odd"),
      RecipeKey(
        "sigma", \.sigma, .interval(.from(0.01, through: 1000)), "the standard deviation in pixels, [least, most]"),
    ])

  /// Checks that the kernel has a middle.
  public func check(_ section: RecipeSection) throws {
    guard kernelSize.height % 2 == 1, kernelSize.width % 2 == 1 else {
      throw section.conflict(
        of: ["kernelSize"], "\(section.path(of: "kernelSize")) must be odd, not \(kernelSize)",
        advice: "an odd kernel has a middle pixel")
    }
  }

  /// The transform.
  public func makeTransform() -> any Transform { GaussianBlur(kernelSize: kernelSize, sigma: sigma) }
}
