import Diagnostics
import Importing
import Testing

/// What cannot be imported is refused with the node's name and the reason.
@Suite struct RefusalTests {
  /// A graph that is refused, and a part of the message.
  struct Case: Sendable, CustomTestStringConvertible {
    let message: String
    let make: @Sendable () -> TinyGraph

    var testDescription: String { message }

    init(
      _ message: String, input: [Int] = [0, 4, 6, 5], opset: Int = 17,
      _ add: @escaping @Sendable (inout TinyGraph) -> Void
    ) {
      self.message = message
      make = {
        var graph = TinyGraph(input: input, opset: opset)
        add(&graph)
        return graph
      }
    }
  }

  static let cases = [
    Case("node \"Einsum of x\" (Einsum) cannot be imported: there is no layer for this operator") {
      $0.add("Einsum", ["x", "x"])
    },
    Case("(Relu) cannot be imported: nothing before it gives its input \"z\"") { $0.add("Relu", ["z"]) },
    Case("opset 6", opset: 6) { $0.add("Relu", ["x"]) },
    Case("the model has 2 inputs: x, z") {
      $0.addInput("z", [0, 4])
      $0.add("Add", ["x", "z"])
    },
    Case("(Fancy) cannot be imported: it is not one of ONNX's own operators") {
      $0.add("Fancy", ["x"], domain: "my.own")
    },
    Case("its weights of the shape [4, 3, 1, 1] with 1 groups do not fit its input, 6×5×4") {
      $0.constant("w", [4, 3, 1, 1])
      $0.add("Conv", ["x", "w"])
    },
    Case("its padding differs at the two ends, [0, 0] before and [1, 1] behind") {
      $0.constant("w", [4, 4, 3, 3])
      $0.add("Conv", ["x", "w"], ["y"], ["pads": [0, 0, 1, 1], "strides": [2, 2]])
    },
    Case("its window is larger than its input, 5") { $0.add("MaxPool", ["x"], ["y"], ["kernel_shape": [2, 9]]) },
    Case("(Reshape) cannot be imported: it divides or mixes the axes of its input, 6×5×4") {
      $0.constant("s", ints: [0, 2, 2, 6, 5])
      $0.add("Reshape", ["x", "s"], ["a"])
      $0.add("Transpose", ["a"], ["b"], ["perm": [0, 2, 1, 3, 4]])
    },
    Case("its output is used at several places") {
      // Three paths of which each two have a layer in common.
      $0.add("Tanh", ["x"], ["a"])
      $0.add("Sigmoid", ["x"], ["b"])
      $0.add("Selu", ["x"], ["c"])
      $0.add("Add", ["a", "b"], ["d"])
      $0.add("Add", ["b", "c"], ["e"])
      $0.add("Mul", ["d", "e"])
    },
    Case("it joins a value with itself") { $0.add("Mul", ["x", "x"]) },
    Case("it is not over the features", opset: 11) { $0.add("Softmax", ["x"]) },
    Case("it clips to -1.0 and 1.0") { $0.add("Clip", ["x"], ["y"], floats: ["min": -1, "max": 1]) },
    Case("there is no layer that adds a constant to such a value") {
      $0.constant("c", [1], [2])
      $0.add("Add", ["x", "c"])
    },
    Case("padding is part of a convolution or a pooling, but next comes node \"Relu of a\" (Relu)") {
      $0.constant("p", ints: [0, 0, 1, 1, 0, 0, 1, 1])
      $0.add("Pad", ["x", "p"], ["a"])
      $0.add("Relu", ["a"])
    },
    Case("its reset gate comes before the product", input: [7, 0, 3]) {
      for (name, size) in [("w", 3), ("r", 2)] { $0.constant(name, [1, 6, size]) }
      $0.add("GRU", ["x", "w", "r"], ["y"], ["hidden_size": [2]])
    },
    Case("constants are part of the layer before") {
      $0.constant("w", [4, 4, 1, 1])
      $0.constant("s", [4, 1, 1])
      $0.add("Conv", ["x", "w"], ["a"])
      $0.add("Mul", ["a", "s"], ["b"])
      $0.add("Add", ["a", "b"])
    },
    Case("it resizes by [1.0, 1.0, 1.5, 2.0]") {
      $0.constant("s", [4], [1, 1, 1.5, 2])
      $0.add("Resize", ["x", "", "s"])
    },
    Case("a constant of the shape [4611686018427387904, 4] is not possible") {
      $0.constant("s", ints: [1 << 62, 4])
      $0.add("ConstantOfShape", ["s"], ["c"])
    },
    Case("has its values in another file") {
      $0.constant("w", [4, 4, 1, 1])
      $0.model.graph.initializer[0].dataLocation = .external
      $0.add("Conv", ["x", "w"])
    },
    Case("has not the 16 values of its shape [4, 4, 1, 1]") {
      $0.constant("w", [4, 4, 1, 1], [1, 2])
      $0.add("Conv", ["x", "w"])
    },
    Case("has the impossible shape [-4, 4]") {
      $0.constant("w", [0, 4])
      $0.model.graph.initializer[0].dims = [-4, 4]
      $0.add("Conv", ["x", "w"])
    },
    Case("tensor \"w.weight\" has the value nan at place 0") {
      $0.constant("w.weight", [1], [.nan])
      $0.add("PRelu", ["x", "w.weight"])
    },
    Case("the model's output is its input") { $0.add("Identity", ["x"]) },
    Case("the model's output does not depend on its input") { $0.add("Relu", ["x"], ["z"]) },
  ]

  @Test(arguments: cases) func messagesNameNodeAndReason(_ wanted: Case) throws {
    let failure = #expect(throws: Failure.self) { try wanted.make().imported() }
    let text = failure?.description ?? ""
    #expect(failure?.exitCode == .data && text.contains(wanted.message) && text.hasPrefix("tiny.onnx"), "\(text)")
  }

  @Test func otherFilesAreNoModels() throws {
    for bytes in [[], Array("model: {}".utf8), Array(repeating: 0xFF, count: 40)] as [[UInt8]] {
      let failure = #expect(throws: Failure.self) { try ImportedNetwork(onnx: bytes, file: "other") }
      #expect(failure?.exitCode == .data && failure?.message.hasPrefix("other") == true)
    }
  }

  @Test func manyConstantsTakeNoMemoryBeforeTheyAreUsed() throws {
    var graph = TinyGraph(input: [0, 3])
    graph.constant("s", ints: [1 << 14, 1 << 14])
    for index in 0..<2000 { graph.add("ConstantOfShape", ["s"], ["c\(index)"]) }
    graph.add("Relu", ["x"])
    #expect(try graph.layers == "- relu")
  }
}
