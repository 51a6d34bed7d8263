import Diagnostics
import Importing
import Testing

/// The layers that graphs become.
@Suite struct StructureTests {
  @Test func aChainBecomesLayersWithTheModulesNames() throws {
    var graph = TinyGraph(input: [0, 3, 6, 5])
    graph.constant("net.conv.weight", [4, 3, 3, 3])
    graph.constant("net.conv.bias", [4])
    graph.add("Conv", ["x", "net.conv.weight", "net.conv.bias"], ["a"], ["pads": [1, 1, 1, 1], "strides": [2, 1]])
    graph.add("Relu", ["a"], ["b"])
    graph.add("GlobalAveragePool", ["b"], ["c"])
    graph.add("Flatten", ["c"], ["d"])
    graph.constant("onnx::MatMul_7", [4, 2])
    graph.constant("head.bias", [2])
    graph.add("MatMul", ["d", "onnx::MatMul_7"], ["e"])
    graph.add("Add", ["head.bias", "e"], ["f"])
    graph.add("Softmax", ["f"], ["y"], ["axis": [-1]])
    #expect(
      try graph.layers == """
        - conv2d: {name: "net.conv", outputs: 4, kernel: 3, stride: [2, 1], padding: 1}
        - relu
        - global-average-pool
        - linear: {name: "head", outputs: 2}
        """)
    let network = try graph.imported()
    #expect(network.inputShape?.extents == [6, 5, 3] && network.notes.count == 1)
    #expect(Set(network.tensors.map(\.name)) == ["net.conv.weight", "net.conv.bias", "head.weight", "head.bias"])
    let weight = try #require(network.tensors.first { $0.name == "head.weight" })
    #expect(weight.shape == [2, 4] && weight.values[..<4] == [-3.0 / 8, -1.0 / 8, 1.0 / 8, 3.0 / 8])
  }

  @Test func sharedWeightsAreTold() throws {
    var graph = TinyGraph(input: [1, 4])
    graph.constant("a.weight", [4, 4])
    graph.constant("a.bias", [4])
    graph.add("Gemm", ["x", "a.weight", "a.bias"], ["b"], ["transB": [1]])
    graph.add("Tanh", ["b"], ["c"])
    graph.add("Gemm", ["c", "a.weight", "a.bias"], ["y"], ["transB": [1]])
    #expect(
      try graph.imported().notes == [
        "2 layers of the file share the weight \"a.weight\"; here each has a copy, which learns by itself."
      ])
  }

  @Test func pathsBecomeBranchesAndSumsResidualConnections() throws {
    var graph = TinyGraph(input: [1, 4, 6, 5])
    for name in ["p.weight", "q.weight"] { graph.constant(name, [4, 4, 1, 1]) }
    graph.constant("r.weight", [8, 4, 1, 1])
    graph.add("Conv", ["x", "p.weight"], ["a"])
    graph.add("Add", ["a", "x"], ["b"])
    graph.add("Conv", ["b", "q.weight"], ["c"])
    graph.add("Tanh", ["c"], ["d"])
    graph.add("Concat", ["d", "b"], ["e"], ["axis": [1]])
    graph.add("Conv", ["b", "r.weight"], ["f"])
    graph.add("Sigmoid", ["e"], ["g"])
    graph.add("Add", ["f", "g"], ["h"])
    graph.add("Identity", ["h"])
    #expect(
      try graph.layers == """
        - residual:
            name: ""
            body:
              - conv2d: {name: "p", outputs: 4, kernel: 1, bias: false}
        - residual:
            name: ""
            body:
              - branches:
                  name: ""
                  join: concat
                  paths:
                    - - conv2d: {name: "q", outputs: 4, kernel: 1, bias: false}
                      - tanh
                    - []
              - sigmoid
            shortcut:
              - conv2d: {name: "r", outputs: 8, kernel: 1, bias: false}
        """)
  }

  @Test func patternsBecomeActivations() throws {
    var graph = TinyGraph(input: [0, 3])
    let half: [Float] = [0.5]
    for (name, value) in [
      ("half", half), ("one", [1]), ("root", [1.4142135]), ("three", [3]), ("six", [6]), ("zero", [0]),
    ] {
      graph.constant(name, [], value)
    }
    graph.add("Div", ["x", "root"], ["a"])
    graph.add("Erf", ["a"], ["b"])
    graph.add("Add", ["b", "one"], ["c"])
    graph.add("Mul", ["x", "c"], ["d"])
    graph.add("Mul", ["d", "half"], ["e"])
    graph.add("Sigmoid", ["e"], ["f"])
    graph.add("Mul", ["f", "e"], ["g"])
    graph.add("Add", ["g", "three"], ["h"])
    graph.add("Clip", ["h", "zero", "six"], ["i"])
    graph.add("Mul", ["g", "i"], ["j"])
    graph.add("Div", ["j", "six"], ["k"])
    graph.add("Softplus", ["k"], ["l"])
    graph.add("Tanh", ["l"], ["m"])
    graph.add("Mul", ["k", "m"])
    #expect(try graph.layers == "- gelu\n- silu\n- hardswish\n- mish")
  }

  @Test func namesAreMadeOfNodesIfTensorsHaveNone() throws {
    var graph = TinyGraph(input: [0, 3])
    graph.constant("onnx::Gemm_1", [3, 3])
    graph.constant("dense/kernel:0", [3, 3])
    graph.add("Gemm", ["x", "onnx::Gemm_1"], ["a"])
    graph.model.graph.node[0].name = "/layer1/layer1.0/fc/Gemm"
    graph.add("Gemm", ["a", "onnx::Gemm_1"], ["b"])
    graph.model.graph.node[1].name = ""
    graph.add("Gemm", ["b", "dense/kernel:0"])
    #expect(
      Set(try graph.imported().tensors.map(\.name)) == ["layer1.0.fc.weight", "onnx_Gemm_1.weight", "Gemm_of_b.weight"])
  }
}
