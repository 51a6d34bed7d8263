import CKernels
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ElementaryTests {
  typealias Kernel = @Sendable (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  typealias Reference = @Sendable (Double) -> Double

  static let functions: [(name: String, kernel: Kernel, reference: Reference)] = [
    ("exp", { dpt_map_exp($0, $1, $2) }, { exp($0) }),
    ("log", { dpt_map_log($0, $1, $2) }, { log($0) }),
    ("tanh", { dpt_map_tanh($0, $1, $2) }, { tanh($0) }),
    ("erf", { dpt_map_erf($0, $1, $2) }, { erf($0) }),
    ("sigmoid", { dpt_map_sigmoid($0, $1, $2) }, { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }),
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
        // Near overflow and underflow a neighbouring result is also within the bound.
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

  /// Zeros, infinities, subnormal numbers, and the neighbours at which results become infinite or zero; by name, input
  /// and result.
  private static let specialValues: [(name: String, input: Float, result: Float)] = [
    ("exp", 0, 1), ("exp", -0.0, 1), ("exp", .infinity, .infinity), ("exp", -.infinity, 0),
    ("exp", 0x1.62e42ep6, 0x1.ffff08p127), ("exp", 0x1.62e430p6, .infinity),
    ("exp", -0x1.9fe368p6, .leastNonzeroMagnitude), ("exp", -0x1.9fe36ap6, 0), ("exp", .leastNonzeroMagnitude, 1),
    ("log", 1, 0), ("log", 0, -.infinity), ("log", -0.0, -.infinity), ("log", .infinity, .infinity), ("log", -1, .nan),
    ("log", -.infinity, .nan), ("log", .leastNonzeroMagnitude, -0x1.9d1da0p6),
    ("log", -.leastNonzeroMagnitude, .nan), ("log", .greatestFiniteMagnitude, 0x1.62e430p6),
    ("tanh", 0, 0), ("tanh", -0.0, -0.0), ("tanh", .infinity, 1), ("tanh", -.infinity, -1),
    ("tanh", .leastNonzeroMagnitude, .leastNonzeroMagnitude), ("tanh", -0x1p-126, -0x1p-126),
    ("sigmoid", 0, 0.5), ("sigmoid", -0.0, 0.5), ("sigmoid", .infinity, 1), ("sigmoid", -.infinity, 0),
    ("sigmoid", -0x1.9fe368p6, .leastNonzeroMagnitude), ("sigmoid", -0x1.9fe36ap6, 0),
    ("erf", 0, 0), ("erf", -0.0, -0.0), ("erf", .infinity, 1), ("erf", -.infinity, -1),
    ("erf", .leastNonzeroMagnitude, .leastNonzeroMagnitude),
  ]

  @Test(arguments: functions.map(\.name))
  func specialValuesAreExact(name: String) throws {
    let function = try #require(Self.functions.first { $0.name == name })
    for special in Self.specialValues + [(name, .nan, .nan)] where special.name == name {
      let (input, result) = (special.input, special.result)
      let outputs = onEachInstructionSet {
        var (x, y) = (input, Float(0))
        function.kernel(&x, &y, 1)
        return y
      }
      for (set, output) in outputs {
        let isRight = result.isNaN ? output.isNaN : output.bitPattern == result.bitPattern
        #expect(isRight, "\(set): \(name)(\(input)) = \(output)")
      }
    }
  }
}
