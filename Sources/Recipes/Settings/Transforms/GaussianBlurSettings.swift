import Images

/// Images blurred by a Gaussian of random width.
public struct GaussianBlurSettings: Equatable, Sendable {
  /// The kernel's height and width.
  public var kernelSize: ImageSize
  /// The range of standard deviations in pixels.
  public var sigma = 0.1...2.0

  /// A kernel of a size.
  public init(kernelSize: ImageSize) {
    self.kernelSize = kernelSize
  }
}

extension GaussianBlurSettings: TransformVariantSettings {
  static let name = GaussianBlur.name
  static let doc = "images blurred by a Gaussian of random width"

  init() { self.init(kernelSize: ImageSize(height: 1, width: 1)) }

  static let fields: [Field<GaussianBlurSettings>] = [
    Field("kernelSize", \.kernelSize, .imageSize(.from(1, through: 255)), required: true, "height and width, both odd"),
    Field("sigma", \.sigma, .interval(.from(0.01, through: 1000)), "the standard deviation in pixels, [least, most]"),
  ]

  func check(_ section: Section) throws {
    guard kernelSize.height % 2 == 1, kernelSize.width % 2 == 1 else {
      throw section.conflict(
        of: ["kernelSize"], "\(section.path(of: "kernelSize")) must be odd, not \(kernelSize)",
        advice: "an odd kernel has a middle pixel")
    }
  }

  var transform: (any Transform)? { GaussianBlur(kernelSize: kernelSize, sigma: sigma) }
}
