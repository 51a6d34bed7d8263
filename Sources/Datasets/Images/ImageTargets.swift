import Tensors

/// The targets of images.
public enum ImageTargets: Equatable, Sendable {
  /// The index of each image's class.
  case classes([Int32])
  /// A row of `width` numbers for each image: for regression, or for several labels.
  case values([Float], width: Int)

  /// The form of one image's target.
  var layout: TargetLayout {
    switch self {
    case .classes: .oneClass
    case .values(_, let width): .values(.vector(width))
    }
  }

  /// The number of images.
  var count: Int {
    switch self {
    case .classes(let classes): classes.count
    case .values(let values, let width): values.count / width
    }
  }

  /// The targets of some images, in the order of `indices`.
  public func choosing(_ indices: [Int]) -> ImageTargets {
    switch self {
    case .classes(let classes): .classes(indices.map { classes[$0] })
    case .values(let values, let width):
      .values(indices.flatMap { values[$0 * width..<($0 + 1) * width] }, width: width)
    }
  }

  /// Writes an image's target to a place of a batch.
  func write(_ index: Int, to batch: Batch, at place: Int) {
    switch (self, batch.targets) {
    case (.classes(let classes), _): batch.classes[place] = classes[index]
    case (.values(let values, let width), .values(let rows)):
      let row = rows.row(step: 0, sample: place).floats
      for column in 0..<width { row[column] = values[index * width + column] }
    default: preconditionFailure("the batch has no memory for numbers as targets")
    }
  }
}
