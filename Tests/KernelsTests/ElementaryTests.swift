import CKernels
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ElementaryTests {
  typealias Kernel = @Sendable (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  typealias Reference = @Sendable (Double) -> Double

  static let functions: [(name: String, kernel: Kernel, reference: Reference)] = [
    ("exp", { dpt_exp($0, $1, $2) }, { exp($0) }),
    ("log", { dpt_log($0, $1, $2) }, { log($0) }),
    ("tanh", { dpt_tanh($0, $1, $2) }, { tanh($0) }),
    ("erf", { dpt_erf($0, $1, $2) }, { erf($0) }),
    ("sigmoid", { dpt_sigmoid($0, $1, $2) }, { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }),
  ]

  /// Every exponent and sign, and enough mantissas of each.
  private static let inputs: [Float] =
    stride(from: UInt32(0), to: .max, by: 1021).map { Float(bitPattern: $0) }.filter { !$0.isNaN }

  @Test(arguments: functions.map(\.name))
  func isWithinTwoUnitsInTheLastPlace(name: String) throws {
    let function = try #require(Self.functions.first { $0.name == name })
    var outputs = [Float](repeating: 0, count: Self.inputs.count)
    function.kernel(Self.inputs, &outputs, outputs.count)
    var worst = (error: 0.0, input: Float(0))
    for (input, output) in zip(Self.inputs, outputs) {
      let wanted = function.reference(Double(input))
      if wanted.isNaN {
        #expect(output.isNaN, "\(name)(\(input)) = \(output)")
        continue
      }
      let rounded = Float(wanted)
      if rounded.isInfinite || rounded == 0 {
        // Next to overflow and underflow a result of one step less is within the bound too.
        let near = [rounded, rounded.nextDown, rounded.nextUp]
        #expect(near.contains(output), "\(name)(\(input)) = \(output)")
        continue
      }
      let error = (Double(output) - wanted).magnitude / Double(rounded.ulp)
      if !(error <= worst.error) { worst = (error, input) }
    }
    #expect(worst.error <= 2, "\(name)(\(worst.input)): \(worst.error) ulp")
  }

  @Test(arguments: functions.map(\.name))
  func hasTheSameBitsOnEveryInstructionSet(name: String) throws {
    let function = try #require(Self.functions.first { $0.name == name })
    let results = onEachInstructionSet {
      var outputs = [Float](repeating: 0, count: Self.inputs.count)
      function.kernel(Self.inputs, &outputs, outputs.count)
      return outputs
    }
    for result in results {
      #expect(bits(result.result) == bits(results[0].result), "\(name): \(result.name) differs")
    }
  }

  @Test func specialValues() {
    func apply(_ kernel: Kernel, _ x: Float) -> Float {
      var y: Float = 0
      withUnsafePointer(to: x) { kernel($0, &y, 1) }
      return y
    }
    let (exp, log, tanh, sigmoid) = (
      Self.functions[0].kernel, Self.functions[1].kernel, Self.functions[2].kernel, Self.functions[4].kernel
    )
    #expect(apply(exp, 0) == 1)
    #expect(apply(exp, .infinity) == .infinity)
    #expect(apply(exp, -.infinity) == 0)
    #expect(apply(log, 1) == 0)
    #expect(apply(log, 0) == -.infinity)
    #expect(apply(log, -0.0) == -.infinity)
    #expect(apply(log, .infinity) == .infinity)
    #expect(apply(log, -1).isNaN)
    #expect(apply(tanh, -0.0).bitPattern == Float(-0.0).bitPattern)
    #expect(apply(tanh, .infinity) == 1)
    #expect(apply(tanh, -.infinity) == -1)
    #expect(apply(sigmoid, 0) == 0.5)
    #expect(apply(sigmoid, .infinity) == 1)
    #expect(apply(sigmoid, -.infinity) == 0)
    for function in Self.functions { #expect(apply(function.kernel, .nan).isNaN) }
  }
}
