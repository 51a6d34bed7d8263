import Tensors

/// How the samples of a training batch are mixed with each other: by mixup or by cutmix, of which one is drawn for each batch
/// if both are given. As torchvision's `MixUp`, `CutMix` and a `RandomChoice` of both.
///
/// Each sample is mixed with the one before it in the batch over all ranks, the first with the last. What is drawn depends on
/// the seed, the epoch and the batch's place in it alone.
public struct Mixing: Equatable, Sendable {
  /// The parameter α of mixup, whose shares have the distribution Beta(α, α); 0 for no mixup.
  public var mixup: Double
  /// The parameter α of cutmix; 0 for no cutmix.
  public var cutmix: Double

  /// Mixing by one of these two, or by either; nil if both are 0.
  public init?(mixup: Double = 0, cutmix: Double = 0) {
    guard mixup > 0 || cutmix > 0 else { return nil }
    self.mixup = mixup
    self.cutmix = cutmix
  }

  /// Draws how the batch is mixed whose first sample is at a place of an epoch's order.
  package func draw(_ random: Philox, epoch: Int, first: Int, shape: Shape) -> Mix {
    let words = random.words(epoch: epoch, sample: first, block: 0)
    let cuts = cutmix > 0 && (mixup == 0 || Philox.integer(words.x, in: 0...1) == 1)
    let share = random.beta(shape: cuts ? cutmix : mixup, epoch: epoch, sample: first, block: 1)
    guard cuts else { return Mix(share: share) }
    let (height, width) = (shape.extents[0], shape.extents[1])
    return Mix(
      cutting: share, height: height, width: width, row: Philox.integer(words.y, in: 0...height - 1),
      column: Philox.integer(words.z, in: 0...width - 1))
  }
}

/// How the samples of one batch are mixed.
package struct Mix: Equatable, Sendable {
  /// A part of an image.
  package struct Box: Equatable, Sendable {
    package var rows, columns: Range<Int>
  }

  /// A sample's share of its own target, 0 to 1; the sample before it has the rest.
  package let share: Double
  /// The part of each image that is the other's; nil if all values are added by their shares.
  package let box: Box?

  /// Mixup: share · own + (1 − share) · other.
  package init(share: Double) {
    self.share = share
    box = nil
  }

  /// Cutmix: a box of the area 1 − share around a pixel, as far as it is in the image. Its real area gives the share.
  package init(cutting share: Double, height: Int, width: Int, row: Int, column: Int) {
    let half = 0.5 * (1 - share).squareRoot()
    func range(_ centre: Int, of extent: Int) -> Range<Int> {
      let reach = Int(half * Double(extent))
      return max(0, centre - reach)..<min(extent, centre + reach)
    }
    let box = Box(rows: range(row, of: height), columns: range(column, of: width))
    self.box = box
    self.share = 1 - Double(box.rows.count * box.columns.count) / Double(height * width)
  }
}
