import Datasets
import Diagnostics
import Layers
import Tensors

extension LossEntry {
  /// Checks that the data has the targets that the loss needs: classes or numbers.
  /// - Throws: `Failure` (configuration) naming the loss.
  func check(data: any Dataset) throws {
    guard data.targetLayout.areClasses, targetKind != .classes else { return }
    throw Failure(
      .configuration, "loss \(kind) compares with numbers, but the data has classes",
      advice: "classes go with loss: cross-entropy")
  }

  /// Checks that the model's outputs have the shape of the data's targets.
  /// - Throws: `Failure` (configuration) naming both shapes.
  func check(outputs: Shape, data: any Dataset, hasRecurrent: Bool = false) throws {
    switch data.targetLayout {
    case .oneClass, .classes: try checkClasses(of: data, outputs: outputs, hasRecurrent: hasRecurrent)
    case .values(let shape):
      guard outputs == shape else {
        let isVector = !shape.isSequence && !shape.isImage
        throw Failure(
          .configuration,
          "the model gives outputs of the shape \(outputs), but each sample has "
            + (shape.count == 1 ? "1 number as its target" : "\(shape) numbers as its target"),
          advice: isVector && !outputs.isSequence && !outputs.isImage
            ? "the last layer needs outputs: \(shape.features)" : "the outputs must have the shape \(shape)")
      }
    }
    guard !data.hasLengths || !outputs.isSequence || outputs.steps == data.inputShape.steps else {
      throw Failure(
        .configuration,
        "the model makes \(counted(outputs.steps, "step")) of \(data.inputShape.steps), so the samples' lengths do not fit",
        advice: "use layers that keep the number of steps, or data without lengths")
    }
  }

  private func checkClasses(of data: any Dataset, outputs: Shape, hasRecurrent: Bool) throws {
    let (count, layout) = (data.classNames.count, data.targetLayout)
    guard !outputs.isImage else {
      throw Failure(
        .configuration, "the model gives images of \(outputs), but each sample has one class",
        advice: "put global-average-pool or flatten and linear at the end")
    }
    guard layout.areOfSteps || !outputs.isSequence else {
      throw Failure(
        .configuration, "the model gives a sequence of \(outputs), but each sample has one class",
        advice: hasRecurrent
          ? "the last recurrent layer must have output: last"
          : "join the steps before the last layer: global-average-pool takes their mean, and a recurrent layer such as "
            + "lstm: {hiddenSize: 32, output: last} reads them one after the other")
    }
    guard layout.areOfSteps == outputs.isSequence, outputs.steps == layout.steps else {
      throw Failure(
        .configuration, "the model gives the shape \(outputs), but y has \(layout.text)",
        advice: "recurrent layers must have output: all"
          + (layout.steps == 1 ? "; if each sample has one class, y has one axis: y[:, 0]" : ""))
    }
    guard outputs.features >= count else {
      throw Failure(
        .configuration,
        "the model gives \(counted(outputs.features, "output")), but the data has \(counted(count, "class", "classes"))",
        advice: "the last layer needs outputs: \(count)" + otherMeaning(of: data))
    }
  }

  /// Further advice if class indices exceed the outputs: what the targets may really be.
  private func otherMeaning(of data: any Dataset) -> String {
    let count = data.classNames.count
    let numbers = data.classNames.compactMap(Double.init)
    guard numbers.count == count else { return "" }
    if numbers.contains(where: { $0.rounded() != $0 }) {
      return "; or, to learn numbers, write loss: mse, and for a table data: {targets: [NAME]}"
    }
    // Class names read from the data are complete; names made from indices may have gaps.
    let seen = Set(data.classes ?? []).subtracting([Int32(truncatingIfNeeded: uncountedTarget)]).sorted()
    let isNumbered = data.classNames.first == "0" && data.classNames.last == "\(count - 1)"
    guard isNumbered, !seen.isEmpty, seen.count < count else {
      return count > 100 ? "; or, to learn numbers, write loss: mse" : ""
    }
    if seen.count > 100 {
      return (data.lacksFirstClass ? "; or, since no sample is of class 0, let class indices start at 0: y - 1" : "")
        + "; or, to learn numbers, write loss: mse"
    }
    if seen == Array(1...Int32(count - 1)) {
      return "; or, since no sample is of class 0, let class indices start at 0: y - 1"
    }
    let last = seen[seen.count - 1]
    let isMark = ignoreIndex == nil && seen.count > 1 && seen[seen.count - 2] < last - 1 && [99, 255].contains(last)
    return
      (isMark
      ? "; or, if \(last) marks samples without a class, loss: {name: cross-entropy, ignoreIndex: \(last)}" : "")
      + "; only \(seen.count) of the classes occur here, \(shortened(seen)): "
      + "y = numpy.unique(y, return_inverse=True)[1] numbers those alone"
  }

  private func shortened(_ numbers: [Int32]) -> String {
    numbers.prefix(8).map(String.init).joined(separator: ", ") + (numbers.count > 8 ? ", …" : "")
  }
}
