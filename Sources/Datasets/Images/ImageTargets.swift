import Tensors

/// The targets of images.
public enum ImageTargets: Equatable, Sendable {
  /// The index of each image's class.
  case classes([Int32])
  /// Numbers of one shape for each image, such as a row for regression or for several labels.
  case values([Float], shape: Shape)

  /// A row of `width` numbers for each image.
  public static func values(_ values: [Float], width: Int) -> ImageTargets { .values(values, shape: .vector(width)) }

  /// The form of one image's target.
  var layout: TargetLayout {
    switch self {
    case .classes: .oneClass
    case .values(_, let shape): .values(shape)
    }
  }

  /// The number of images.
  var count: Int {
    switch self {
    case .classes(let classes): classes.count
    case .values(let values, let shape): values.count / shape.count
    }
  }

  /// The targets of some images, in the order of `indices`.
  public func choosing(_ indices: [Int]) -> ImageTargets {
    switch self {
    case .classes(let classes): .classes(indices.map { classes[$0] })
    case .values(let values, let shape):
      .values(indices.flatMap { values[$0 * shape.count..<($0 + 1) * shape.count] }, shape: shape)
    }
  }

  /// Writes an image's target to a place of a batch.
  func write(_ index: Int, to batch: Batch, at place: Int) {
    switch (self, batch.targets) {
    case (.classes(let classes), _): batch.classes[place] = classes[index]
    case (.values(let values, let shape), .values(let rows)):
      // The pixels of a sample follow each other.
      let row = rows.row(step: 0, sample: place).floats
      for column in 0..<shape.count { row[column] = values[index * shape.count + column] }
    default: preconditionFailure("the batch has no memory for numbers as targets")
    }
  }
}
