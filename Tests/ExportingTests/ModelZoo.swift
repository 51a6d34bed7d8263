import Testing

/// Small networks that together contain every layer, at all places that matter for export.
struct SmallNetwork: Sendable, CustomTestStringConvertible {
  let name: String
  /// The shape of an input.
  let shape: [Int]
  /// Whether samples have lengths.
  var hasLengths = false
  /// Whether inputs are whole numbers from 0 to 8.
  var hasIndices = false
  /// The layers, as YAML, one a line.
  let layers: [String]

  var testDescription: String { name }

  static let all = images + sequences + vectors

  private static let images = [
    SmallNetwork(
      name: "convolutions", shape: [9, 8, 3],
      layers: [
        "conv2d: {outputs: 6, kernel: 3, padding: 1}", "relu",
        "conv2d: {outputs: 8, kernel: [3, 2], stride: 2, padding: [1, 0], groups: 2, bias: false}",
        "leaky-relu: {negativeSlope: 0.1}", "conv2d: {outputs: 5, kernel: 2, dilation: 2}", "tanh", "flatten",
        "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "pooling", shape: [11, 9, 3],
      layers: [
        "max-pool: {kernel: 3, stride: 2, padding: 1}", "conv2d: {outputs: 7, kernel: 1}",
        "average-pool: {kernel: [2, 3], stride: 1, padding: 1}", "sigmoid", "max-pool: {kernel: 2}",
        "global-average-pool", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "pooling rounded up", shape: [12, 13, 3],
      layers: [
        "average-pool: {kernel: [3, 2], stride: [2, 3], padding: 1, ceilMode: true}",
        "conv2d: {outputs: 5, kernel: [2, 4], dilation: [3, 1], padding: same}",
        "average-pool: {kernel: 3, stride: 2, padding: 1, countIncludePad: false}", "tanh",
        "upsample: {scale: [2, 3], mode: nearest}", "max-pool: {kernel: 2, stride: 3, padding: 1, ceilMode: true}",
        "average-pool: {kernel: 2, stride: 1, ceilMode: true}",
        "average-pool: {kernel: 2, padding: 1, ceilMode: true, countIncludePad: false}", "flatten",
        "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "larger images", shape: [4, 3, 6],
      layers: [
        "conv-transpose2d: {outputs: 9, kernel: 3, stride: 2, padding: 1, outputPadding: [1, 0], groups: 3}", "relu",
        "upsample: {scale: [2, 3], mode: bilinear}", "adaptive-average-pool: [6, 5]", "batch-norm",
        "conv-transpose2d: {outputs: 5, kernel: [2, 3], dilation: [2, 1], bias: false}",
        "upsample: {scale: 2, mode: bilinear, alignCorners: true}", "adaptive-average-pool: [8, 7]",
        "adaptive-average-pool: [2, 7]", "linear: {outputs: 4}", "adaptive-average-pool: 1", "flatten",
        "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "residual blocks", shape: [6, 5, 2],
      layers: [
        """
        residual:
                  body:
                    - conv2d: {outputs: 4, kernel: 3, padding: 1}
                    - batch-norm: {epsilon: 0.001, momentum: 0.3}
                    - relu
                    - sequential:
                        layers:
                          - conv2d: {outputs: 4, kernel: 1}
                          - batch-norm
                  shortcut:
                    - conv2d: {outputs: 4, kernel: 1, bias: false}
        """, "relu",
        """
        residual:
                  body:
                    - batch-norm: {momentum: none}
                    - linear: {outputs: 4}
        """, "flatten", "dropout: {probability: 0.2}", "batch-norm", "layer-norm", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "branches of images", shape: [6, 5, 3],
      layers: [
        "conv2d: {name: stem.conv, outputs: 4, kernel: 3, padding: 1}", "batch-norm: {name: stem.bn}", "relu",
        """
        branches:
                  join: concat
                  paths:
                    - []
                    - [conv2d: {outputs: 3, kernel: 1}, relu]
                    - [average-pool: {kernel: 3, stride: 1, padding: 1}, conv2d: {name: pool_proj, outputs: 5, kernel: 1}]
        """,
        """
        branches:
                  name: se
                  join: multiply
                  paths: [[], [global-average-pool, linear: {name: fc1, outputs: 2}, relu, linear: {name: fc2, outputs: 12}, sigmoid]]
        """,
        """
        residual:
                  name: layer1.0
                  body: [conv2d: {name: conv1, outputs: 8, kernel: 1}, batch-norm: {name: bn1}]
                  shortcut: [conv2d: {name: downsample.0, outputs: 8, kernel: 1}, batch-norm: {name: downsample.1}]
        """,
        """
        branches:
                  join: add
                  paths: [[linear: 8], [average-pool: [6, 5], tanh], []]
        """, "flatten", "linear: {name: fc, outputs: 4}",
      ]),
    SmallNetwork(
      name: "names that mean something else in Python", shape: [6, 5, 3],
      layers: [
        "conv2d: {name: forward, outputs: 6, kernel: 2}", "batch-norm: {name: forward.weight}", "relu",
        "batch-norm: {name: a}", "conv2d: {name: a.weight, outputs: 4, kernel: 1}",
        "conv2d: {name: class.None, outputs: 6, kernel: 1}", "prelu: {name: __class__, parameters: channels}",
        """
        residual:
                  name: a
                  body: [conv2d: {name: half, outputs: 6, kernel: 1}, batch-norm: {name: sides}, relu, linear: 6]
                  shortcut: [conv2d: {name: to, outputs: 6, kernel: 1}, batch-norm: {name: shortcut}]
        """,
        """
        branches:
                  name: forward
                  join: multiply
                  paths: [[], [conv2d: {name: paths.0, outputs: 6, kernel: 1}, batch-norm: {name: join}, sigmoid]]
        """,
        """
        residual:
                  name: ""
                  body:
                    - linear: {name: _modules.0.order, outputs: 6}
                    - dropout
                    - branches:
                        name: ""
                        join: multiply
                        paths: [[], [linear: {name: _modules.0.gate.1, outputs: 6}, sigmoid]]
        """,
        "residual: {name: a, body: [{linear: {name: body.0, outputs: 6}}, tanh]}",
        "flatten", "linear: {name: \"3\", outputs: 6}",
        "sequential: {name: order, layers: [linear: {name: _parameters, outputs: 5}, relu]}",
        "linear: {name: T_destination, outputs: 4}",
      ]),
    SmallNetwork(
      name: "flattened images side by side", shape: [2, 3, 2],
      layers: [
        """
        branches:
                  join: concat
                  paths: [[flatten], [linear: 5, flatten], [global-max-pool]]
        """, "tanh", "branches: {join: multiply, paths: [[linear: 6], [linear: 6, sigmoid]]}", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "layers over pixels", shape: [4, 5, 3],
      layers: [
        "linear: {outputs: 6}", "layer-norm: {epsilon: 0.01}", "gelu", "softmax", "flatten", "layer-norm",
        "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "the largest of an image", shape: [5, 4, 3],
      layers: ["conv2d: {outputs: 6, kernel: 2}", "global-max-pool", "linear: {outputs: 4}"]),
    SmallNetwork(
      name: "a flattened image at the end", shape: [3, 4, 2],
      layers: ["conv2d: {outputs: 3, kernel: 2}", "tanh", "flatten", "batch-norm"]),
    SmallNetwork(
      name: "normalizations of pixels", shape: [7, 6, 3],
      layers: [
        "conv2d: {outputs: 6, kernel: 2}", "group-norm: {groups: 3}",
        "local-response-norm: {size: 5, alpha: 0.5, beta: 0.6}", "channel-dropout: {probability: 0.2}",
        "conv2d: {outputs: 8, kernel: 2}", "instance-norm",
        "local-response-norm: {size: 4, k: 2}", "rms-norm: {epsilon: 0.01}",
        "residual: {body: [{conv2d: {outputs: 8, kernel: 1}}, batch-norm: {affine: false}, relu, drop-path: 0.1]}",
        "instance-norm: {affine: true, epsilon: 0.001}", "group-norm: {groups: 4, affine: false}", "flatten",
        "rms-norm",
        "group-norm: 1", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "activations over pixels", shape: [5, 4, 3],
      layers: [
        "conv2d: {outputs: 6, kernel: 2}", "prelu: {parameters: channels}", "hardswish", "log-softmax",
        "linear: {outputs: 5}", "prelu: {parameters: channels}", "log-softmax", "mish", "flatten",
        "prelu: {parameters: channels}", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "flattened twice", shape: [3, 2, 5],
      layers: [
        "conv2d: {outputs: 9, kernel: [2, 1]}", "sequential: {layers: [flatten]}", "flatten", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "one pixel flattened", shape: [3, 2, 3], layers: ["conv2d: {outputs: 4, kernel: [3, 2]}", "flatten"]),
    SmallNetwork(
      name: "a residual block of a flattened image", shape: [2, 3, 2],
      layers: ["linear: {outputs: 3}", "flatten", "residual: {body: [{linear: {outputs: 18}}]}", "tanh"]),
  ]

  private static let sequences =
    [
      SmallNetwork(
        name: "normalizations of steps", shape: [7, 4],
        layers: [
          "linear: {outputs: 6}", "group-norm: {groups: 2}", "conv1d: {outputs: 6, kernel: 2}",
          "instance-norm: {affine: true, epsilon: 0.001}", "channel-dropout",
          "local-response-norm: {size: 3, alpha: 0.5}",
          "rms-norm", "conv1d: {outputs: 4, kernel: 2}", "group-norm: {groups: 4, affine: false}",
          "linear: {outputs: 5}",
          "batch-norm: {affine: false}", "instance-norm", "flatten", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "normalizations of different lengths", shape: [9, 4], hasLengths: true,
        layers: [
          "group-norm: {groups: 2, epsilon: 0.001}", "conv1d: {outputs: 6, kernel: 3, padding: same}",
          "instance-norm: {affine: true}",
          "residual: {body: [{conv1d: {outputs: 6, kernel: 3, padding: causal}}, channel-dropout, drop-path: 0.2]}",
          "group-norm: {groups: 3, affine: false}", "local-response-norm: {size: 4, alpha: 0.5}", "rms-norm",
          "lstm: {hiddenSize: 5, output: all}", "instance-norm",
          "conv1d: {outputs: 6, kernel: 2, padding: causal}", "global-average-pool", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "activations over steps", shape: [7, 4], hasLengths: true,
        layers: [
          "linear: {outputs: 6}", "prelu: {parameters: channels}", "conv1d: {outputs: 6, kernel: 3, padding: same}",
          "prelu: {parameters: channels}", "softplus", "conv1d: {outputs: 5, kernel: 2, padding: causal}", "silu",
          "log-softmax",
          "lstm: {hiddenSize: 4, output: all}", "prelu", "hardsigmoid", "global-average-pool", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "convolutions of sequences", shape: [9, 4],
        layers: [
          "conv1d: {outputs: 6, kernel: 3, stride: 2, padding: 1, dilation: 1}", "batch-norm",
          "gelu: {approximate: tanh}",
          "conv1d: {outputs: 6, kernel: 2, groups: 3, bias: false}", "max-pool: {kernel: 2, stride: 1}",
          "average-pool: {kernel: 2, stride: 1, padding: 1}", "layer-norm", "linear: {outputs: 5}", "flatten",
          "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "convolutions of different lengths", shape: [12, 5], hasLengths: true,
        layers: [
          "linear: {outputs: 6}", "conv1d: {outputs: 6, kernel: 3, padding: 1}", "batch-norm", "sigmoid",
          "max-pool: {kernel: 3, stride: 2, padding: 1}",
          """
          residual:
                    body:
                      - conv1d: {outputs: 6, kernel: 3, padding: 1}
                      - softmax
                    shortcut:
                      - conv1d: {outputs: 6, kernel: 1}
          """, "layer-norm", "average-pool: {kernel: 2, stride: 1, padding: 1}",
          "lstm: {hiddenSize: 5, output: all}", "conv1d: {outputs: 4, kernel: 2, padding: 1, dilation: 2}",
          "global-average-pool", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "steps in another order", shape: [9, 1], hasIndices: true,
        layers: [
          "embedding: {count: 9, dimension: 5}", "reverse", "conv1d: {outputs: 6, kernel: 4, padding: same}", "tanh",
          "gru: {hiddenSize: 5, output: all}", "reverse",
          "conv1d: {outputs: 7, kernel: 3, padding: causal, dilation: 2}", "attention-pool",
          "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "padded and joined", shape: [8, 3],
        layers: [
          "conv1d: {outputs: 6, kernel: 4, padding: same, dilation: 3}", "reverse", "gelu",
          "conv1d: {outputs: 4, kernel: 3, stride: 2, padding: causal}", "batch-norm", "global-max-pool",
          "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "longer sequences", shape: [5, 6],
        layers: [
          "conv-transpose1d: {outputs: 9, kernel: 4, stride: 3, padding: 1, outputPadding: 2, groups: 3}",
          "upsample: {scale: 2, mode: linear}", "average-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true}",
          "upsample: 3", "max-pool: {kernel: 3, stride: 2, ceilMode: true}",
          "upsample: {scale: 2, mode: linear, alignCorners: true}",
          "average-pool: {kernel: 4, stride: 2, padding: 2, countIncludePad: false}", "adaptive-average-pool: 1",
          "global-average-pool", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "sequences of a size", shape: [9, 6],
        layers: [
          "max-pool: {kernel: 2, stride: 2, padding: 1, ceilMode: true}",
          "average-pool: {kernel: 2, stride: 2, padding: 1, ceilMode: true}", "tanh", "adaptive-average-pool: 5",
          "average-pool: {kernel: 2, stride: 3, padding: 1, ceilMode: true, countIncludePad: false}",
          "adaptive-average-pool: 3",
          "conv-transpose1d: {outputs: 4, kernel: 3, dilation: 2, bias: false}", "adaptive-average-pool: 7",
          "lstm: {hiddenSize: 4}", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "windows of different lengths rounded up", shape: [14, 5], hasLengths: true,
        layers: [
          "max-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true}", "conv1d: {outputs: 6, kernel: 2, padding: 1}",
          "average-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true}", "batch-norm",
          "average-pool: {kernel: 4, stride: 2, padding: 2, ceilMode: true, countIncludePad: false}",
          "average-pool: {kernel: 3, stride: 1, padding: 1, countIncludePad: false}",
          "gru: {hiddenSize: 5, output: all}", "max-pool: {kernel: 2, ceilMode: true}", "global-average-pool",
          "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "attention over different lengths", shape: [10, 4], hasLengths: true,
        layers: [
          "reverse", "conv1d: {outputs: 6, kernel: 2, padding: same}",
          "residual: {body: [{conv1d: {outputs: 6, kernel: 3, padding: causal}}, tanh, reverse]}",
          "conv1d: {outputs: 5, kernel: 4, stride: 2, padding: causal, dilation: 2}",
          "attention-pool: {hiddenSize: 3}", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "attention to states of different lengths", shape: [7, 1], hasLengths: true, hasIndices: true,
        layers: [
          "embedding: {count: 9, dimension: 5}", "lstm: {hiddenSize: 4, output: all, bidirectional: true}",
          "attention-pool", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "the largest of different lengths", shape: [9, 3], hasLengths: true,
        layers: [
          "conv1d: {outputs: 6, kernel: 4, padding: same, dilation: 3}", "reverse", "global-max-pool",
          "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "branches of different lengths", shape: [9, 4], hasLengths: true,
        layers: [
          """
          branches:
                    join: concat
                    paths:
                      - [conv1d: {name: short, outputs: 3, kernel: 3, padding: same}, relu]
                      - [max-pool: {kernel: 3, stride: 1, padding: 1}, conv1d: {outputs: 2, kernel: 1, bias: false}]
                      - []
          """,
          """
          branches:
                    name: se
                    join: multiply
                    paths: [[global-average-pool, linear: {name: fc, outputs: 9}, sigmoid], []]
          """,
          "branches: {join: add, paths: [[], [global-max-pool], [lstm: {hiddenSize: 9, output: all}]]}",
          "conv1d: {outputs: 5, kernel: 2, padding: same}", "global-average-pool", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "names that mean something else to sequences", shape: [8, 3], hasLengths: true,
        layers: [
          "conv1d: {name: follow, outputs: 6, kernel: 3, padding: same}", "batch-norm: {name: follow.takes_lengths}",
          """
          residual:
                    name: type
                    body: [conv1d: {name: output_lengths, outputs: 6, kernel: 3, padding: same}, linear: {name: follow, outputs: 6}]
          """,
          "linear: {name: type.follow.takes_lengths, outputs: 6}",
          """
          branches:
                    name: lambda
                    join: add
                    paths: [[], [global-max-pool, linear: {name: follow, outputs: 6}], [dropout, linear: {name: sides, outputs: 6}]]
          """,
          "attention-pool: {name: cell}", "linear: {name: cell.attention, outputs: 5}",
          "linear: {name: cell.attention.order, outputs: 4}",
        ]),
      SmallNetwork(
        name: "states and convolutions side by side", shape: [8, 3], hasLengths: true,
        layers: [
          """
          branches:
                    join: concat
                    paths:
                      - [lstm: {hiddenSize: 5}, dropout: 0.5]
                      - [conv1d: {outputs: 6, kernel: 4, padding: same}, batch-norm, relu, global-average-pool]
          """, "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "a mean of embeddings of different lengths", shape: [7, 1], hasLengths: true, hasIndices: true,
        layers: ["embedding: {count: 9, dimension: 5}", "gelu", "global-average-pool", "linear: {outputs: 4}"]),
      SmallNetwork(
        name: "an embedding and a mean", shape: [7, 1], hasIndices: true,
        layers: [
          "embedding: {count: 9, dimension: 5, paddingIndex: 0}", "tanh", "global-average-pool", "linear: {outputs: 4}",
        ]
      ),
      SmallNetwork(
        name: "an embedding of flattened steps", shape: [7, 1], hasIndices: true,
        layers: ["max-pool: {kernel: 2}", "embedding: {count: 9, dimension: 5}", "flatten", "linear: {outputs: 4}"]),
      SmallNetwork(
        name: "an embedding of one index", shape: [1], hasIndices: true,
        layers: ["sequential: {layers: [{embedding: {count: 9, dimension: 5}}]}", "linear: {outputs: 4}"]),
      SmallNetwork(name: "lstm", shape: [8, 3], layers: ["lstm: {hiddenSize: 6}", "linear: {outputs: 4}"]),
      SmallNetwork(
        name: "recurrence within a residual block", shape: [7, 6], hasLengths: true,
        layers: [
          """
          residual:
                    body:
                      - sequential:
                          layers:
                            - gru: {hiddenSize: 3, output: all, bidirectional: true}
          """, "rnn: {hiddenSize: 5}", "linear: {outputs: 4}",
        ]),
      SmallNetwork(
        name: "stateful gated", shape: [6, 3],
        layers: ["gated: {hiddenSize: 5, stateful: true, bias: false}", "linear: {outputs: 4}"]),
      SmallNetwork(
        name: "no biases", shape: [6, 3], hasLengths: true,
        layers: [
          "linear: {outputs: 5, bias: false}", "lstm: {hiddenSize: 4, output: all, bias: false, bidirectional: true}",
          "gru: {hiddenSize: 5, output: all, bias: false, layers: 2}", "rnn: {hiddenSize: 3, bias: false}",
          "linear: {outputs: 4, bias: false}",
        ]),
    ] + recurrent

  /// Every cell in one direction and both, on one level and two, with the states of all steps and of the last, with and
  /// without lengths.
  private static let recurrent = ["lstm", "gru", "rnn", "gated"].flatMap { cell in
    [false, true].flatMap { hasLengths in
      [false, true].map { isBidirectional in
        let more = cell == "rnn" && isBidirectional ? ", nonlinearity: relu" : ""
        let options = "bidirectional: \(isBidirectional)\(more)"
        return SmallNetwork(
          name: "\(cell)\(isBidirectional ? " both ways" : "")\(hasLengths ? " of different lengths" : "")",
          shape: [8, 5],
          hasLengths: hasLengths,
          layers: [
            "\(cell): {hiddenSize: 4, layers: 2, dropout: 0.1, output: all, \(options)}",
            "\(cell): {hiddenSize: 6, output: last, \(options)}", "linear: {outputs: 4}",
          ])
      }
    }
  }

  private static let vectors = [
    SmallNetwork(
      name: "normalizations", shape: [7],
      layers: [
        "linear: {outputs: 12}", "group-norm: {groups: 3}", "tanh", "rms-norm", "linear: {outputs: 8}",
        "group-norm: {groups: 2, affine: false}", "batch-norm: {affine: false}", "drop-path: 0.1",
        "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "activations", shape: [7],
      layers: [
        "linear: {outputs: 9}", "relu6", "linear: {outputs: 9}", "silu", "hardswish", "linear: {outputs: 9}",
        "hardsigmoid", "linear: {outputs: 9}", "elu: {alpha: 0.7}", "selu", "linear: {outputs: 9}",
        "softplus: {beta: 2, threshold: 1.5}", "mish", "prelu: {parameters: channels}", "log-softmax", "elu",
        "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "as many layers within layers as a recipe may have", shape: [6],
      layers: [nested(64), "linear: {outputs: 4}"]),
    SmallNetwork(
      name: "vectors", shape: [7],
      layers: [
        "linear: {outputs: 9}", "batch-norm: {statistics: shard}", "relu", "layer-norm", "softmax",
        "linear: {outputs: 4}",
      ]),
  ]

  /// Layers within layers, on one line.
  static func nested(_ depth: Int) -> String {
    (0..<depth).reduce("linear: 6") { inner, level in
      level.isMultiple(of: 2)
        ? "residual: {body: [{linear: 6}, {\(inner)}, tanh]}"
        : "branches: {join: add, paths: [[{linear: 6}, {\(inner)}, sigmoid], [tanh, linear: 6]]}"
    }
  }
}
