import CKernels

/// Changes brightness, contrast, saturation and hue at random, in random order.
public struct ColorJitter: Transform {
  /// The changes, their strength and their order; numbers as torchvision's.
  public struct Parameters: Equatable, Sendable {
    /// The order of the changes: 0 is brightness, 1 contrast, 2 saturation, 3 hue.
    public var order: SIMD4<Int>
    /// The factors of brightness (0), contrast (1) and saturation (2), of which 1 changes nothing; and the turn of the
    /// hue (3), from −0.5 to 0.5.
    public var factors: SIMD4<Double>

    /// Takes an order and factors.
    public init(order: SIMD4<Int>, factors: SIMD4<Double>) {
      self.order = order
      self.factors = factors
    }
  }

  /// The name in recipes.
  public static let name = "color-jitter"
  /// True if factors are fixed and their order does not matter: at most one of them changes images.
  public var isDeterministic: Bool {
    let ranges: [(ClosedRange<Double>, Double)] = [(brightness, 1), (contrast, 1), (saturation, 1), (hue, 0)]
    return ranges.allSatisfy { $0.0.lowerBound == $0.0.upperBound }
      && ranges.filter { $0.0.lowerBound != $0.1 }.count <= 1
  }
  /// The range of the factor; 1 changes nothing.
  public let brightness: ClosedRange<Double>
  /// The range of the factor; 1 changes nothing.
  public let contrast: ClosedRange<Double>
  /// The range of the factor; 1 changes nothing.
  public let saturation: ClosedRange<Double>
  /// The range of the turn of the hue, from −0.5 to 0.5.
  public let hue: ClosedRange<Double>

  /// Takes the ranges of the factors of brightness, contrast and saturation, and of the turn of the hue.
  public init(
    brightness: ClosedRange<Double> = 1...1, contrast: ClosedRange<Double> = 1...1,
    saturation: ClosedRange<Double> = 1...1, hue: ClosedRange<Double> = 0...0
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// The range of factors for a single number: from 1 − `spread`, but at least 0, to 1 + `spread`.
  public static func factors(_ spread: Double) -> ClosedRange<Double> { max(0, 1 - spread)...1 + spread }

  /// Draws an order and factors, all uniform.
  public func draw(size: ImageSize, random: TransformRandom) -> Parameters {
    var order = SIMD4(0, 1, 2, 3)
    for place in 0..<3 {
      let other = random.integer(place, in: place...3)
      (order[place], order[other]) = (order[other], order[place])
    }
    let factors = SIMD4(
      random.uniform(3, in: brightness), random.uniform(4, in: contrast), random.uniform(5, in: saturation),
      random.uniform(6, in: hue))
    return Parameters(order: order, factors: factors)
  }

  /// Changes the colours in two passes: one up to contrast, which needs the mean grey value of the image, and one from
  /// there on.
  public func apply(_ parameters: Parameters, to canvas: Canvas) {
    let kinds = [DPT_BRIGHTNESS, DPT_CONTRAST, DPT_SATURATION, DPT_HUE]
    withUnsafeTemporaryAllocation(of: dpt_color_step.self, capacity: 4) { steps in
      var count = 0
      for place in 0..<4 {
        let which = parameters.order[place]
        let factor = parameters.factors[which]
        guard factor != (which == 3 ? 0 : 1) else { continue }
        steps[count] = dpt_color_step(kind: kinds[which], factor: Float(factor), mean: 0)
        if which == 1 {
          let total = canvas.adjust(UnsafeBufferPointer(rebasing: steps[..<count]))
          steps[0] = dpt_color_step(
            kind: DPT_CONTRAST, factor: Float(factor), mean: Float(total / Double(canvas.size.count)))
          count = 0
        }
        count += 1
      }
      if count > 0 { canvas.adjust(UnsafeBufferPointer(rebasing: steps[..<count])) }
    }
  }
}
