#!/usr/bin/env python3
"""Writes models of other programs for ImportingTests, and prints their names, one line each.

    make_models.py onnx|light|large|torch FOLDER

NAME.onnx is the model; NAME.npz has x as dp-train has inputs (batch first, features last), and the outputs that the program
itself or onnxruntime gives for them; in front of a last softmax, since dp-train leaves that to the loss. NAME.txt has the names
of PyTorch's parameters and buffers.
"""

import os
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def features_last(x):
    return np.moveaxis(x, 1, -1) if x.ndim == 4 else x


def save(folder, name, model, inputs, outputs, features_first=False):
    """Writes a model and a case; `features_first` is for sequences [batch, features, steps]."""
    onnx.save(model, os.path.join(folder, name + ".onnx"))
    x = np.moveaxis(inputs, 1, -1) if features_first else features_last(inputs)
    np.savez(
        os.path.join(folder, name + ".npz"), x=np.ascontiguousarray(x, np.float32),
        outputs=np.ascontiguousarray(features_last(outputs), np.float32).reshape(len(x), -1))
    print(name)


def run(model, inputs):
    """The outputs in onnxruntime; in front of a last softmax."""
    import onnxruntime

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    last = next(node for node in copy.graph.node if copy.graph.output[0].name in node.output)
    if last.op_type == "Softmax":
        del copy.graph.output[:]
        copy.graph.output.append(helper.make_tensor_value_info(last.input[0], TensorProto.FLOAT, None))
    initialized = {tensor.name for tensor in copy.graph.initializer}
    name = next(value.name for value in copy.graph.input if value.name not in initialized)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(copy.SerializeToString(), options).run(None, {name: inputs})[0]


def light(folder, names):
    """The networks that the onnx package has for its own tests, with random weights in place of its constants."""
    root = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "light")
    for name in names:
        model = onnx.load(os.path.join(root, f"light_{name}.onnx"))
        random = np.random.default_rng(len(name))
        shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        filled = {node.output[0]: node for node in model.graph.node if node.op_type == "ConstantOfShape"}
        for node in model.graph.node:
            for place, tensor in enumerate(node.input):
                if tensor not in filled:
                    continue
                shape = [int(size) for size in shapes[filled.pop(tensor).input[0]]]
                if node.op_type == "BatchNormalization":
                    values = random.uniform(0.5, 1.5, shape) if place in (1, 4) else random.normal(0, 0.1, shape)
                else:
                    values = random.normal(0, 1, shape) * (np.prod(shape[1:]) / 2) ** -0.5
                    if len(shape) == 1:
                        values = random.uniform(0.5, 1, shape)
                model.graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), tensor))
        kept = [node for node in model.graph.node if node.op_type != "ConstantOfShape"]
        del model.graph.node[:]
        model.graph.node.extend(kept)
        model.ir_version = max(model.ir_version, 4)
        inputs = random.normal(0, 1, (1, 3, 224, 224)).astype(np.float32)
        save(folder, name, model, inputs, run(model, inputs))


def graph(nodes, inputs, outputs, tensors, opset):
    """A model of nodes (type, inputs, outputs, attributes)."""
    return helper.make_model(
        helper.make_graph(
            [helper.make_node(kind, ins, outs, **more) for kind, ins, outs, more in nodes], "graph",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, outputs)],
            [numpy_helper.from_array(values, name) for name, values in tensors.items()]),
        opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def written(folder):
    """Graphs as tf2onnx and older programs write them."""
    random = np.random.default_rng(1)

    def floats(*shape):
        return random.normal(0, 0.5, shape).astype(np.float32)

    # Channels last, pixels flattened with the channels last, padding of its own, weights of MatMul.
    x = floats(2, 6, 5, 3)
    model = graph(
        [
            ("Transpose", ["x"], ["a"], {"perm": [0, 3, 1, 2]}),
            ("Pad", ["a", "pads"], ["b"], {}),
            ("Conv", ["b", "conv/kernel"], ["c"], {"strides": [2, 2]}),
            ("Add", ["c", "conv/bias"], ["d"], {}),
            ("Mul", ["d", "factor"], ["d2"], {}),
            ("Relu", ["d2"], ["e"], {}),
            ("Transpose", ["e"], ["f"], {"perm": [0, 2, 3, 1]}),
            ("Reshape", ["f", "shape"], ["g"], {}),
            ("MatMul", ["g", "dense/kernel"], ["h"], {}),
            ("Add", ["h", "dense/bias"], ["i"], {}),
            ("Softmax", ["i"], ["y"], {"axis": -1}),
        ],
        ["n", 6, 5, 3], ["n", 5],
        {
            "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1]), "conv/kernel": floats(4, 3, 3, 3), "conv/bias": floats(4, 1, 1),
            "factor": floats(1, 4, 1, 1), "shape": np.array([-1, 36]), "dense/kernel": floats(36, 5),
            "dense/bias": floats(5),
        }, 13)
    save(folder, "channels last", model, np.moveaxis(x, -1, 1), run(model, x))

    # Operators as they were in opset 7.
    x = floats(2, 4, 7, 6)
    model = graph(
        [
            ("BatchNormalization", ["x", "s", "b", "m", "v"], ["a"], {"epsilon": 0.01, "momentum": 0.95}),
            ("Conv", ["a", "w"], ["c"], {"group": 2, "auto_pad": "SAME_UPPER", "kernel_shape": [2, 3]}),
            ("PRelu", ["c", "slopes"], ["d"], {}),
            ("MaxPool", ["d"], ["e"], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 0, 1, 1]}),
            ("AveragePool", ["e"], ["f"], {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}),
            ("Dropout", ["f"], ["g"], {"ratio": 0.25}),
            ("Reshape", ["g", "shape"], ["h"], {}),
            ("Gemm", ["h", "w2", "b2"], ["y"], {"alpha": 0.5, "beta": 2.0}),
        ],
        [2, 4, 7, 6], [2, 3],
        {
            "s": floats(4), "b": floats(4), "m": floats(4), "v": np.abs(floats(4)) + 0.5, "w": floats(6, 2, 2, 3),
            "slopes": floats(6, 1, 1), "shape": np.array([2, 54]), "w2": floats(54, 3), "b2": floats(3),
        }, 7)
    save(folder, "opset 7", model, x, run(model, x))

    # Paths in paths, a layer in common, and values that are joined in another order.
    x = floats(2, 4, 5, 5)
    model = graph(
        [
            ("Conv", ["x", "w0"], ["a"], {}),
            ("Relu", ["a"], ["b"], {}),
            ("Conv", ["b", "w1"], ["c"], {}),
            ("Conv", ["b", "w2"], ["d"], {}),
            ("Tanh", ["d"], ["e"], {}),
            ("Sigmoid", ["d"], ["f"], {}),
            ("Concat", ["c", "e", "f"], ["g"], {"axis": 1}),
            ("GlobalAveragePool", ["g"], ["h"], {}),
            ("Conv", ["h", "w3"], ["i"], {}),
            ("Sigmoid", ["i"], ["j"], {}),
            ("Mul", ["j", "g"], ["k"], {}),
            ("Sum", ["k", "g", "k2"], ["l"], {}),
            ("Conv", ["g", "w3"], ["k2"], {}),
            ("GlobalMaxPool", ["l"], ["m"], {}),
            ("Flatten", ["m"], ["o"], {}),
            ("Sigmoid", ["o"], ["p"], {}),
            ("Mul", ["o", "p"], ["y"], {}),
        ],
        [2, 4, 5, 5], [2, 12],
        {"w0": floats(6, 4, 3, 3), "w1": floats(4, 6, 1, 1), "w2": floats(4, 6, 1, 1), "w3": floats(12, 12, 1, 1)}, 14)
    order = list(model.graph.node)
    order.insert(11, order.pop(12))
    del model.graph.node[:]
    model.graph.node.extend(order)
    save(folder, "paths in paths", model, x, run(model, x))


def torch_models(folder):
    """Modules that torch.onnx.export writes, with names of their own."""
    import torch
    from torch import nn

    warnings.filterwarnings("ignore")
    torch.manual_seed(1)

    class Block(nn.Module):
        def __init__(self, channels, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1)
            self.downsample = nn.Sequential(nn.Conv2d(channels, outputs, 1, stride), nn.BatchNorm2d(outputs))
            self.gate = nn.Sequential(
                nn.AdaptiveAvgPool2d(1), nn.Conv2d(outputs, 2, 1), nn.SiLU(), nn.Conv2d(2, outputs, 1), nn.Sigmoid())

        def forward(self, x):
            y = self.conv2(nn.functional.relu6(self.bn1(self.conv1(x))))
            return nn.functional.gelu(y * self.gate(y) + self.downsample(x))

    class Images(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(
                Block(3, 4, 2), Block(4, 6, 1), nn.Upsample(scale_factor=2), nn.ConvTranspose2d(6, 5, 3, 2, 1, 1),
                nn.Hardswish(), nn.AvgPool2d(2), nn.Mish(), nn.MaxPool2d(3, 2, 1, ceil_mode=True))
            self.dropout = nn.Dropout(0.3)
            self.fc = nn.Linear(5 * 6 * 5, 4)

        def forward(self, x):
            x = self.layers(x)
            return self.fc(self.dropout(x.view(x.size(0), -1)))

    class Dense(nn.Module):
        def __init__(self):
            super().__init__()
            self.convs = nn.ModuleList(nn.Conv2d(2 + 3 * i, 3, 3, padding=1) for i in range(3))
            self.classifier = nn.Linear(11, 4)

        def forward(self, x):
            values = [x]
            for conv in self.convs:
                values.append(torch.relu(conv(torch.cat(values, 1))))
            return self.classifier(torch.cat(values, 1).mean([2, 3]))

    class Root(nn.Module):
        """nn.RMSNorm as many networks write it themselves."""

        def __init__(self, size):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(size))

        def forward(self, x):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight

    def norms():
        return nn.Sequential(
            nn.Conv2d(3, 6, 3), nn.GroupNorm(3, 6), nn.InstanceNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 2),
            nn.InstanceNorm2d(4, affine=True), nn.GroupNorm(2, 4, affine=False), nn.Softplus(2.0), nn.Flatten(),
            nn.Linear(4 * 4 * 3, 6), Root(6), nn.Linear(6, 3))

    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(3, 6, 4, padding="same", dilation=2)
            self.bn = nn.BatchNorm1d(6)
            self.act = nn.PReLU(6)
            self.pool = nn.MaxPool1d(2)
            self.fc = nn.Linear(6 * 4, 4)

        def forward(self, x):
            return self.fc(torch.flatten(self.pool(self.act(self.bn(self.conv(x)))), 1))

    class States(nn.Module):
        def __init__(self, cell, **options):
            super().__init__()
            self.cell = cell(5, 4, num_layers=2, **options)
            self.norm = nn.LayerNorm(4 * (2 if self.cell.bidirectional else 1))
            self.head = nn.Linear(self.norm.normalized_shape[0], 3)

        def forward(self, x):
            states, _ = self.cell(x)
            if self.cell.bidirectional:
                return self.head(self.norm(states).mean(1))
            return self.head(self.norm(states[:, -1]))

    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(9, 5)
            self.proj = nn.Linear(5, 6)
            self.gru = nn.GRU(6, 4, batch_first=False)
            self.out = nn.Linear(4, 3, bias=False)

        def forward(self, x):
            states, _ = self.gru(torch.tanh(self.proj(self.embedding(x))).transpose(0, 1))
            return self.out(states[-1])

    cases = [
        ("images", Images(), torch.randn(2, 3, 9, 7), 17, {}),
        ("images, old operators", Images(), torch.randn(2, 3, 9, 7), 13, {}),
        ("images of any batch", Images(), torch.randn(2, 3, 9, 7), 17, {"x": {0: "n"}}),
        ("norms", norms(), torch.randn(2, 3, 7, 6), 17, {"x": {0: "n"}}),
        ("norms, later operators", norms(), torch.randn(2, 3, 7, 6), 20, {}),
        ("dense", Dense(), torch.randn(2, 2, 5, 4), 17, {"x": {0: "n"}}),
        ("steps", Steps(), torch.randn(2, 3, 9), 17, {}),
        ("lstm", States(nn.LSTM, batch_first=True), torch.randn(2, 6, 5), 17, {"x": {0: "n", 1: "t"}}),
        ("gru both ways", States(nn.GRU, batch_first=True, bidirectional=True), torch.randn(2, 6, 5), 17, {}),
        ("rnn", States(nn.RNN, batch_first=True, nonlinearity="relu"), torch.randn(2, 6, 5), 17, {"x": {0: "n"}}),
        ("words", Words(), torch.randint(0, 9, (2, 6)), 17, {"x": {0: "n", 1: "t"}}),
    ]
    for name, module, x, opset, axes in cases:
        for part in module.modules():
            if isinstance(part, (nn.GroupNorm, nn.InstanceNorm2d)) and part.affine:
                nn.init.uniform_(part.weight)
                nn.init.uniform_(part.bias)
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                nn.init.uniform_(part.weight)
                nn.init.uniform_(part.running_mean)
                nn.init.uniform_(part.running_var, 0.5, 1.5)
        module.eval()
        path = os.path.join(folder, name + ".onnx")
        torch.onnx.export(
            module, (x,), path, input_names=["x"], opset_version=opset, dynamic_axes=axes, dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
        with torch.no_grad():
            outputs = module(x).numpy()
        inputs = x.numpy().astype(np.float32)
        if name == "words":
            inputs = inputs[..., None]
        with open(os.path.join(folder, name + ".txt"), "w") as file:
            file.write("\n".join(key for key in module.state_dict() if not key.endswith("num_batches_tracked")))
        save(folder, name, onnx.load(path), inputs, outputs, features_first=name == "steps")


kind, folder = sys.argv[1:]
if kind == "light":
    light(folder, ["squeezenet", "densenet121", "inception_v2", "resnet50", "shufflenet", "inception_v1"])
elif kind == "large":
    light(folder, ["vgg19", "bvlc_alexnet", "zfnet512"])
elif kind == "torch":
    torch_models(folder)
else:
    written(folder)
