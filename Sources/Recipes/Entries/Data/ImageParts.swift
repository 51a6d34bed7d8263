import Datasets
import Tensors

extension TransformedEntry where Self: GroupableEntry {
  /// Makes the parts of the data. Shares and folds divide the training images. A share of test images divides the validation
  /// images, if there are some.
  /// - Parameters:
  ///   - given: the parts that the source has.
  ///   - damageNotice: what was left out, to explain what fails for lack of it.
  ///   - cut: divides images.
  ///   - groups: the groups of the images of a part that is not divided, to compare; adds them to the groups of the others.
  ///   - choosing: some images of a list.
  ///   - dataset: makes samples that measure like these inputs of training; nil for those of training.
  func makeParts<Images>(
    _ given: (training: Images, validation: Images?, test: Images?), notices: [String], damageNotice: String? = nil,
    cut: (Images) throws -> SeedSplit, groups add: (inout SplitGroups, Images, Split) throws -> Void,
    choosing: (Images, [Int]) -> Images,
    dataset: (Images, _ like: Shape?) throws -> any Dataset
  ) throws -> DataSplits {
    var (parts, groups): (_, SplitGroups?) = (given, nil)
    if let others = given.validation, split.testShare > 0 {
      let cut = try cut(others)
      groups = cut.groups?.dividing(.validation)
      (parts.validation, parts.test) = (choosing(others, cut.training), choosing(others, cut.test))
    } else if splitBy != nil || split.validationShare + split.testShare > 0 || split.folds != nil {
      let cut = try cut(given.training)
      groups = cut.groups
      parts.training = choosing(given.training, cut.training)
      if !cut.validation.isEmpty { parts.validation = choosing(given.training, cut.validation) }
      if split.testShare > 0 { parts.test = choosing(given.training, cut.test) }
    }
    if var known = groups {
      let lists: [(Split, Images?)] = [
        (.training, given.training), (.validation, given.validation), (.test, given.test),
      ]
      for (part, images) in lists where !known.divided.contains(part) {
        if let images { try add(&known, images, part) }
      }
      groups = known
    }
    let training = try dataset(parts.training, nil)
    func evaluated(_ images: Images) throws -> any Dataset { try dataset(images, training.inputShape) }
    return DataSplits(
      training: training,
      validation: try parts.validation.map(evaluated), test: try parts.test.map(evaluated),
      notices: notices + training.notices, shapeNotice: (training as? TarArrays)?.shapeNotice,
      damageNotice: damageNotice,
      measuredTraining: evaluationSettings.elementsEqual(transforms) { $0.isEqual(to: $1) }
        ? nil : try evaluated(parts.training), groups: groups)
  }
}
