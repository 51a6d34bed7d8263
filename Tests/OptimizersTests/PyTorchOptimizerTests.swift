import Optimizers
import TestSupport
import Testing

/// Ten steps of every optimizer that PyTorch has, with each option, against PyTorch in double precision
/// (Tests/Reference/make_optimizers.py).
@Suite struct PyTorchOptimizerTests {
  @Test(arguments: OptimizerCase.all.filter(\.isInPyTorch))
  func everyStepAgreesWithPyTorch(optimizer: OptimizerCase) throws {
    let own = try optimizer.make(paddedCount, segments)
    var weights = padded(try reference("weights", of: "optimizers.npz").map(Float.init))
    let gradients = try reference("gradients", of: "optimizers.npz").map(Float.init)
    let wanted = try reference(optimizer.name, of: "optimizers.npz")
    #expect(wanted.count == 370)
    for step in 0..<10 {
      let range = step * 37..<(step + 1) * 37
      own.step(parameters: &weights, gradients: padded(gradients[range]), learningRate: 0.01)
      #expect(relativeDifference(unpadded(weights), Array(wanted[range])) < 5e-7, "step \(step + 1)")
    }
    #expect(own.stepCount == 10)
  }
}
