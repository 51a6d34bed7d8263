import Formats
import Layers
import Tensors
import Testing

@testable import Exporting

/// Networks whose users normalize inputs say how, for inputs of every shape.
@Suite struct NormalizationTests {
  @Test(arguments: [
    (Shape.vector(3), "numbers as they are in the files, [batch, features]", "torch.tensor(values) for"),
    (Shape.sequence(steps: 4, features: 3), "[batch, steps, features]", "torch.tensor(values) for"),
    (
      Shape.image(height: 4, width: 5, channels: 3), "[batch, channels, height, width]",
      "torch.tensor(values).view(1, -1, 1, 1) for"
    ),
  ])
  func itIsPartOfTheFiles(shape: Shape, inputs: String, tensor: String) throws {
    let linear = Linear(input: shape, outputs: 2)
    var exported = ExportedModel(
      try Model(inputShape: shape, layers: shape.isImage ? [Flatten(input: shape)] : [linear]), name: "n",
      meaning: .values)
    #expect(try !exported.pyTorchSource().contains("def normalize"))
    exported.normalization = ([127.5], [1, 2, 3])
    #expect(exported.metadata["mean"] == "[127.5]" && exported.metadata["std"] == "[1,2,3]")
    let source = try exported.pyTorchSource()
    #expect(source.contains("MEAN = [127.5]") && source.contains("STD = [1, 2, 3]"))
    #expect(source.contains(inputs) && source.contains(tensor))
  }
}
