"""A recipe's network in PyTorch, written from the resolved recipe and its documentation, not from what is exported.

Images are [batch, channels, height, width], sequences [batch, steps, features], vectors [batch, features]. If samples
have lengths, a batch of sequences is a list with one [1, steps, features] for each sample, cut to its length: PyTorch's
layers run on each sample alone, except batch normalization, which takes all steps together.
"""

import math

import torch
import torch.nn.functional as F
from shapes import RECURRENT, name_and_keys, pair, shape_after, shape_through, size_after, window_of
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Ragged(list):
    """Sequences of different lengths, and the number of steps that their batch is padded to."""

    def __init__(self, sequences, steps):
        super().__init__(sequences)
        self.steps = steps

    @property
    def lengths(self):
        return torch.tensor([sequence.shape[1] for sequence in self])

    def padded(self):
        """[batch, steps, features], with zeros after each sample's steps."""
        x = pad_sequence([sequence[0] for sequence in self], batch_first=True)
        return F.pad(x, (0, 0, 0, self.steps - x.shape[1]))


def each(function, x, steps=None):
    """Applies a function of batches to the batch, or to each sequence alone."""
    if isinstance(x, Ragged):
        return Ragged([function(sequence) for sequence in x], steps or x.steps)
    return function(x)


def features_last(function):
    """Turns a function of [..., features] into one that also takes images."""
    return lambda x: function(x.movedim(1, -1)).movedim(-1, 1) if x.dim() == 4 else function(x)


def concatenated(values):
    """The samples of several batches as one batch."""
    if isinstance(values[0], Ragged):
        return Ragged([sequence for value in values for sequence in value], values[0].steps)
    return torch.cat(values)


def samples_of(x, start, end):
    """A batch's samples from `start` up to `end`."""
    return Ragged(x[start:end], x.steps) if isinstance(x, Ragged) else x[start:end]


def rows_of(x):
    """All values of a batch by channel, [values, channels]."""
    if isinstance(x, Ragged):
        return torch.cat([sequence[0] for sequence in x])
    return x.movedim(1, -1).flatten(0, -2) if x.dim() == 4 else x.reshape(-1, x.shape[-1])


class Pass:
    """The state of a pass for its layers: whether it trains, the number of shards, the states that stateful layers carry.

    A generator `noise` changes the gradients between layers by a unit in the last place of float32, like another order of
    additions.
    """

    def __init__(self, training, shards=1, states=None, noise=None):
        self.training = training
        self.shards = shards
        self.states = {} if states is None else states
        self.noise = noise

    def rounded(self, x):
        """Returns the same values, whose gradient gets the noise."""
        if self.noise is not None and x.requires_grad:
            x.register_hook(lambda gradient: changed(gradient, self.noise))
        return x

    def boundaries(self, count):
        """The bounds of the shards of a batch of `count` samples; shard i of S begins at ⌊i · count / S⌋."""
        places = [index * count // self.shards for index in range(self.shards + 1)]
        return [(start, end) for start, end in zip(places, places[1:]) if end > start]


def changed(values, noise):
    """Returns the values, each changed by a unit in the last place of float32 up, down or not at all."""
    return values * (1 + 2**-23 * torch.randint(-1, 2, values.shape, generator=noise).to(values.dtype))


def uniform(random, shape, bound, around=0.0):
    return torch.from_numpy((around + random.uniform(-bound, bound, shape)).astype("f4"))


class Layer:
    """A layer of the recipe. Its tensors' names begin with `name`; the input's shape is as in the recipe."""

    def __init__(self, keys, name, shape):
        self.keys, self.name, self.shape = keys, name, shape

    def initial(self, random):
        """The layer's tensors before the first step, by name."""
        return {}

    def __call__(self, x, tensors, run):
        raise NotImplementedError

    def tensor(self, tensors, name):
        return tensors.get(f"{self.name}.{name}")


class Linear(Layer):
    def initial(self, random):
        outputs, inputs = self.keys["outputs"], self.shape[-1]
        found = {f"{self.name}.weight": uniform(random, (outputs, inputs), inputs**-0.5)}
        if self.keys.get("bias", True):
            found[f"{self.name}.bias"] = uniform(random, (outputs,), inputs**-0.5)
        return found

    def __call__(self, x, tensors, run):
        weight, bias = self.tensor(tensors, "weight"), self.tensor(tensors, "bias")
        return each(features_last(lambda x: F.linear(x, weight, bias)), x)


class Convolution(Layer):
    """A convolution of sequences or images."""

    def initial(self, random):
        kernel = window_of("conv", self.keys)[0][: len(self.shape) - 1]
        inputs = self.shape[-1] // self.keys["groups"]
        bound = (inputs * math.prod(kernel)) ** -0.5
        found = {f"{self.name}.weight": uniform(random, (self.keys["outputs"], inputs, *kernel), bound)}
        if self.keys["bias"]:
            found[f"{self.name}.bias"] = uniform(random, (self.keys["outputs"],), bound)
        return found

    def __call__(self, x, tensors, run):
        weight, bias = self.tensor(tensors, "weight"), self.tensor(tensors, "bias")
        _, stride, padding, dilation = window_of("conv", self.keys)
        groups = self.keys["groups"]
        if len(self.shape) == 3:
            return F.conv2d(F.pad(x, (*padding[1], *padding[0])), weight, bias, stride, 0, dilation, groups)

        def convolve(x):
            padded = F.pad(x.transpose(1, 2), padding[0])
            return F.conv1d(padded, weight, bias, stride[0], 0, dilation[0], groups).transpose(1, 2)

        return each(convolve, x, shape_after({"conv1d": self.keys}, self.shape)[0])


class TransposedConvolution(Layer):
    """A transposed convolution of sequences or images."""

    def initial(self, random):
        kernel = window_of("conv", self.keys)[0][: len(self.shape) - 1]
        outputs = self.keys["outputs"] // self.keys["groups"]
        bound = (outputs * math.prod(kernel)) ** -0.5
        found = {f"{self.name}.weight": uniform(random, (self.shape[-1], outputs, *kernel), bound)}
        if self.keys["bias"]:
            found[f"{self.name}.bias"] = uniform(random, (self.keys["outputs"],), bound)
        return found

    def __call__(self, x, tensors, run):
        weight, bias = self.tensor(tensors, "weight"), self.tensor(tensors, "bias")
        _, stride, padding, dilation = window_of("conv", self.keys)
        cut, more = [front for front, _ in padding], pair(self.keys["outputPadding"])
        groups = self.keys["groups"]
        if len(self.shape) == 3:
            return F.conv_transpose2d(x, weight, bias, stride, cut, more, groups, dilation)
        y = F.conv_transpose1d(x.transpose(1, 2), weight, bias, stride[0], cut[0], more[0], groups, dilation[0])
        return y.transpose(1, 2)


class AdaptiveAveragePool(Layer):
    def __call__(self, x, tensors, run):
        size = pair(self.keys["size"])
        if len(self.shape) == 3:
            return F.adaptive_avg_pool2d(x, size)
        return F.adaptive_avg_pool1d(x.transpose(1, 2), size[0]).transpose(1, 2)


class Upsample(Layer):
    def __call__(self, x, tensors, run):
        scale, mode = pair(self.keys["scale"]), self.keys["mode"]
        corners = None if mode == "nearest" else self.keys["alignCorners"]
        if len(self.shape) == 3:
            return F.interpolate(x, scale_factor=scale, mode=mode, align_corners=corners)
        x = x.transpose(1, 2)
        return F.interpolate(x, scale_factor=scale[0], mode=mode, align_corners=corners).transpose(1, 2)


class Pooling(Layer):
    def __init__(self, kind, keys, name, shape):
        super().__init__(keys, name, shape)
        self.kind = kind

    def __call__(self, x, tensors, run):
        kernel, stride, padding, _ = window_of(self.kind, self.keys)
        options = {"ceil_mode": self.keys["ceilMode"]}
        if self.kind == "average-pool":
            options["count_include_pad"] = self.keys["countIncludePad"]
        if len(self.shape) == 3:
            pool = F.max_pool2d if self.kind == "max-pool" else F.avg_pool2d
            return pool(x, kernel, stride, [front for front, _ in padding], **options)
        pool = F.max_pool1d if self.kind == "max-pool" else F.avg_pool1d
        window = kernel[0], stride[0], padding[0][0]
        steps = size_after(self.shape[0], kernel[0], stride[0], padding[0], 1, self.keys["ceilMode"])
        return each(lambda x: pool(x.transpose(1, 2), *window, **options).transpose(1, 2), x, steps)


class GlobalAveragePool(Layer):
    def __call__(self, x, tensors, run):
        if isinstance(x, Ragged):
            return torch.cat([sequence.mean(1) for sequence in x])
        return x.mean((2, 3)) if x.dim() == 4 else x.mean(1)


class GlobalMaxPool(Layer):
    def __call__(self, x, tensors, run):
        if isinstance(x, Ragged):
            return torch.cat([sequence.max(1).values for sequence in x])
        return x.flatten(2).max(2).values if x.dim() == 4 else x.max(1).values


class AttentionPool(Layer):
    def initial(self, random):
        features, hidden = self.shape[-1], self.keys["hiddenSize"]
        sizes = [(features, 1)] if hidden is None else [(features, hidden), (hidden, 1)]
        found = {
            f"{self.name}.attention.{2 * index}.weight": uniform(random, (outputs, inputs), inputs**-0.5)
            for index, (inputs, outputs) in enumerate(sizes)}
        if hidden is not None:
            found[f"{self.name}.attention.0.bias"] = uniform(random, (hidden,), features**-0.5)
        return found

    def __call__(self, x, tensors, run):
        def mean(x):
            scores = F.linear(x, self.tensor(tensors, "attention.0.weight"), self.tensor(tensors, "attention.0.bias"))
            if self.keys["hiddenSize"] is not None:
                scores = F.linear(torch.tanh(scores), self.tensor(tensors, "attention.2.weight"))
            return (torch.softmax(scores, 1) * x).sum(1)

        return torch.cat([mean(sequence) for sequence in x]) if isinstance(x, Ragged) else mean(x)


class Flatten(Layer):
    def __call__(self, x, tensors, run):
        return (x.padded() if isinstance(x, Ragged) else x).flatten(1)


class BatchNorm(Layer):
    def initial(self, random):
        channels = self.shape[-1]
        affine = {
            f"{self.name}.weight": uniform(random, channels, 0.5, around=1),
            f"{self.name}.bias": uniform(random, channels, 0.3),
        }
        return (affine if self.keys["affine"] else {}) | {
            f"{self.name}.running_mean": uniform(random, channels, 0.3),
            f"{self.name}.running_var": uniform(random, channels, 0.5, around=1),
            f"{self.name}.num_batches_tracked": torch.tensor(int(random.integers(4))),
        }

    def __call__(self, x, tensors, run):
        weight, bias = self.tensor(tensors, "weight"), self.tensor(tensors, "bias")
        mean, variance = self.tensor(tensors, "running_mean"), self.tensor(tensors, "running_var")
        epsilon = self.keys["epsilon"]
        if not run.training:
            return self.rows_like(x, F.batch_norm(rows_of(x), mean, variance, weight, bias, eps=epsilon))
        tracked = self.tensor(tensors, "num_batches_tracked")
        tracked += 1
        momentum = self.keys["momentum"]
        share = 1 / tracked.item() if momentum is None else momentum
        if self.keys["statistics"] == "batch":
            rows = F.batch_norm(rows_of(x), mean, variance, weight, bias, True, share, epsilon)
            return self.rows_like(x, rows)

        # Normalize each shard separately; the running values use the batch's mean and the variance within the shards.
        outputs, squares = [], 0
        shards = [samples_of(x, start, end) for start, end in run.boundaries(len(x))]
        for shard in shards:
            rows = rows_of(shard)
            centred = rows - rows.mean(0)
            normal = centred / (rows.var(0, correction=0) + epsilon).sqrt()
            outputs.append(self.rows_like(shard, normal if weight is None else normal * weight + bias))
            squares = squares + centred.detach().square().sum(0)
        rows = rows_of(x).detach()
        mean += share * (rows.mean(0) - mean)
        if len(rows) > len(shards):
            variance += share * (squares / (len(rows) - len(shards)) - variance)
        return concatenated(outputs)

    @staticmethod
    def rows_like(x, rows):
        """Puts rows in place of those of `x`."""
        if isinstance(x, Ragged):
            return Ragged([part[None] for part in rows.split([sequence.shape[1] for sequence in x])], x.steps)
        if x.dim() == 4:
            return rows.unflatten(0, (x.shape[0], *x.shape[2:])).movedim(-1, 1)
        return rows.reshape(x.shape)


class LayerNorm(Layer):
    def initial(self, random):
        features = self.shape[-1]
        return {
            f"{self.name}.weight": uniform(random, features, 0.5, around=1),
            f"{self.name}.bias": uniform(random, features, 0.3),
        }

    def __call__(self, x, tensors, run):
        weight, bias = self.tensor(tensors, "weight"), self.tensor(tensors, "bias")
        normalize = features_last(lambda x: F.layer_norm(x, weight.shape, weight, bias, self.keys["epsilon"]))
        return each(normalize, x)


class GroupNorm(Layer):
    """Groups of channels of each sample, or each channel."""

    def initial(self, random):
        channels = self.shape[-1]
        if not self.keys["affine"]:
            return {}
        return {
            f"{self.name}.weight": uniform(random, channels, 0.5, around=1),
            f"{self.name}.bias": uniform(random, channels, 0.3),
        }

    def __call__(self, x, tensors, run):
        weight, bias = self.tensor(tensors, "weight"), self.tensor(tensors, "bias")
        groups = self.keys.get("groups", self.shape[-1])

        def normalize(x):
            # By its formula: PyTorch's function refuses samples of one value, and its gradient crashes on some layouts.
            parts = x.reshape(len(x), -1, groups, x.shape[-1] // groups)
            centred = parts - parts.mean((1, 3), keepdim=True)
            normal = centred / (centred.square().mean((1, 3), keepdim=True) + self.keys["epsilon"]).sqrt()
            normal = normal.reshape(x.shape)
            return normal if weight is None else normal * weight + bias

        return each(features_last(normalize), x)


class RMSNorm(Layer):
    def initial(self, random):
        return {f"{self.name}.weight": uniform(random, self.shape[-1], 0.5, around=1)}

    def __call__(self, x, tensors, run):
        weight = self.tensor(tensors, "weight")
        epsilon = 2**-23 if self.keys["epsilon"] is None else self.keys["epsilon"]
        return each(features_last(lambda x: F.rms_norm(x, weight.shape, weight, epsilon)), x)


class PReLU(Layer):
    def initial(self, random):
        count = self.shape[-1] if self.keys["parameters"] == "channels" else self.keys["parameters"]
        return {f"{self.name}.weight": uniform(random, count, 0.3, around=0.2)}

    def __call__(self, x, tensors, run):
        weight = self.tensor(tensors, "weight")
        return each(features_last(lambda x: torch.where(x > 0, x, x * weight)), x)


class Embedding(Layer):
    def initial(self, random):
        table = torch.from_numpy(random.standard_normal((self.keys["count"], self.keys["dimension"])).astype("f4"))
        if self.keys["paddingIndex"] is not None:
            table[self.keys["paddingIndex"]] = 0
        return {f"{self.name}.weight": table}

    def __call__(self, x, tensors, run):
        weight = self.tensor(tensors, "weight")
        return each(lambda x: F.embedding(x.squeeze(-1).long(), weight, self.keys["paddingIndex"]), x)


class Elementwise(Layer):
    """A function of values or of features, without tensors."""

    def __init__(self, function, keys, name, shape):
        super().__init__(keys, name, shape)
        self.function = function

    def __call__(self, x, tensors, run):
        return each(self.function, x)


class Gated:
    """h[t] = c h[t−1] + (1 − c) (W_x x[t] + b_x) with c = σ(W_c x[t] + b_c + W_h h[t−1])."""

    def __init__(self, inputs, hidden, bias, layers, directions):
        self.hidden, self.bias, self.layers, self.directions = hidden, bias, layers, directions
        self.inputs = inputs

    def named_shapes(self):
        for level in range(self.layers):
            inputs = self.inputs if level == 0 else self.hidden * self.directions
            for suffix in ("", "_reverse")[: self.directions]:
                yield f"weight_c_l{level}{suffix}", (self.hidden, inputs)
                yield f"weight_x_l{level}{suffix}", (self.hidden, inputs)
                yield f"weight_h_l{level}{suffix}", (self.hidden, self.hidden)
                if self.bias:
                    yield f"bias_c_l{level}{suffix}", (self.hidden,)
                    yield f"bias_x_l{level}{suffix}", (self.hidden,)

    def run(self, x, lengths, own, state):
        """All steps' outputs and the last states [layers · directions, batch, hidden] of a padded batch."""
        last = []
        for level in range(self.layers):
            outputs = []
            for direction, suffix in enumerate(("", "_reverse")[: self.directions]):
                weight = {key: own.get(f"{key}_l{level}{suffix}") for key in ("weight_c", "weight_x", "weight_h")}
                bias = {key: own.get(f"{key}_l{level}{suffix}") for key in ("bias_c", "bias_x")}
                # The order of the steps in this direction; steps beyond a sample's length keep their place.
                steps = torch.arange(x.shape[1]).expand(len(x), -1)
                if direction:
                    steps = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
                ordered = x.gather(1, steps[:, :, None].expand_as(x))
                gates = F.linear(ordered, weight["weight_c"], bias["bias_c"])
                candidates = F.linear(ordered, weight["weight_x"], bias["bias_x"])
                h = x.new_zeros(len(x), self.hidden) if state is None else state[level * self.directions + direction]
                states = []
                for t in range(x.shape[1]):
                    c = torch.sigmoid(gates[:, t] + F.linear(h, weight["weight_h"]))
                    h = c * h + (1 - c) * candidates[:, t]
                    states.append(h)
                states = torch.stack(states, 1)
                last.append(states[torch.arange(len(x)), lengths - 1])
                outputs.append(states.gather(1, steps[:, :, None].expand_as(states)))
            x = torch.cat(outputs, -1)
        return x, torch.stack(last)


class Recurrent(Layer):
    def __init__(self, kind, keys, name, shape):
        super().__init__(keys, name, shape)
        self.kind = kind
        self.directions = 2 if keys["bidirectional"] else 1
        sizes = shape[-1], keys["hiddenSize"], keys["layers"]
        if kind == "gated":
            self.cell = Gated(sizes[0], sizes[1], keys["bias"], sizes[2], self.directions)
            return
        more = {"nonlinearity": keys["nonlinearity"]} if kind == "rnn" else {}
        kinds = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
        self.cell = kinds[kind](
            *sizes, bias=keys.get("bias", True), bidirectional=keys["bidirectional"], batch_first=True, **more)

    def initial(self, random):
        bound = self.keys["hiddenSize"] ** -0.5
        if self.kind == "gated":
            shapes = self.cell.named_shapes()
        else:
            shapes = ((name, tuple(value.shape)) for name, value in self.cell.named_parameters())
        return {f"{self.name}.{name}": uniform(random, shape, bound) for name, shape in shapes}

    def __call__(self, x, tensors, run):
        own = {
            name.removeprefix(f"{self.name}."): value
            for name, value in tensors.items() if name.startswith(f"{self.name}.")}
        ragged = isinstance(x, Ragged)
        lengths = x.lengths if ragged else torch.full((len(x),), x.shape[1])
        padded = x.padded() if ragged else x
        state = run.states.get(self.name) if self.keys["stateful"] else None
        if state is not None and state[0].shape[1] != len(x):
            state = None
        outputs, last = self.run(padded, lengths if ragged else None, lengths, own, state)
        run.states[self.name] = tuple(value.detach() for value in last)
        if self.keys["output"] == "all":
            if not ragged:
                return outputs
            return Ragged([outputs[i : i + 1, :length] for i, length in enumerate(lengths.tolist())], x.steps)
        hidden = last[0]
        return torch.cat([hidden[-2], hidden[-1]], -1) if self.directions == 2 else hidden[-1]

    def run(self, padded, packing, lengths, own, state):
        """All steps' outputs and the last states, of which the first is the hidden one."""
        if self.kind == "gated":
            outputs, last = self.cell.run(padded, lengths, own, state and state[0])
            return outputs, (last,)
        if state is not None and self.kind != "lstm":
            (state,) = state
        if packing is not None:
            padded = pack_padded_sequence(padded, packing, batch_first=True, enforce_sorted=False)
        outputs, last = torch.func.functional_call(self.cell, own, (padded, state))
        if packing is not None:
            outputs, _ = pad_packed_sequence(outputs, batch_first=True)
        return outputs, last if self.kind == "lstm" else (last,)


class Sequential(Layer):
    def __init__(self, keys, name, shape):
        super().__init__(keys, name, shape)
        self.layers = make_layers(keys["layers"], f"{name}.", shape, f"{name}.")

    def initial(self, random):
        return initial_of(self.layers, random)

    def __call__(self, x, tensors, run):
        return through(self.layers, x, tensors, run)


class Residual(Layer):
    def __init__(self, keys, name, shape):
        super().__init__(keys, name, shape)
        self.body = make_layers(keys["body"], f"{name}.body.", shape, f"{name}.")
        self.shortcut = make_layers(keys["shortcut"] or [], f"{name}.shortcut.", shape, f"{name}.")

    def initial(self, random):
        return initial_of(self.body + self.shortcut, random)

    def __call__(self, x, tensors, run):
        body, side = through(self.body, x, tensors, run), through(self.shortcut, x, tensors, run)
        if isinstance(body, Ragged):
            return Ragged([a + b for a, b in zip(body, side, strict=True)], body.steps)
        return body + side


class Branches(Layer):
    def __init__(self, keys, name, shape):
        super().__init__(keys, name, shape)
        self.paths = [
            make_layers(path, f"{name}.paths.{number}.", shape, f"{name}.") for number, path in enumerate(keys["paths"])]

    def initial(self, random):
        return initial_of([layer for path in self.paths for layer in path], random)

    def __call__(self, x, tensors, run):
        outputs = [through(path, x, tensors, run) for path in self.paths]
        ragged = next((y for y in outputs if isinstance(y, Ragged)), None)
        if ragged is None:
            return self.join(outputs)
        sides = [y if isinstance(y, Ragged) else y.split(1) for y in outputs]
        return Ragged([self.join(sample) for sample in zip(*sides, strict=True)], ragged.steps)

    def join(self, outputs):
        if self.keys["join"] == "concat":
            return torch.cat(outputs, 1 if outputs[0].dim() == 4 else -1)
        axes = max(y.dim() for y in outputs)
        features = 1 if axes == 4 else axes - 1
        result = None
        for y in outputs:
            if y.dim() < axes:
                y = y.reshape(len(y), *(y.shape[1] if axis == features else 1 for axis in range(1, axes)))
            result = y if result is None else result + y if self.keys["join"] == "add" else result * y
        return result


def local_response(keys):
    """Normalizes by the neighbouring channels."""

    def normalize(x):
        settings = keys["size"], keys["alpha"], keys["beta"], keys["k"]
        if x.dim() == 4:
            return F.local_response_norm(x, *settings)
        return F.local_response_norm(x.transpose(1, 2), *settings).transpose(1, 2)

    return normalize


def make_layer(layer, name, shape):
    kind, keys = name_and_keys(layer)
    if kind in RECURRENT:
        return Recurrent(kind, keys, name, shape)
    if kind in ("max-pool", "average-pool"):
        return Pooling(kind, keys, name, shape)
    makers = {
        "linear": Linear, "conv1d": Convolution, "conv2d": Convolution, "global-average-pool": GlobalAveragePool,
        "global-max-pool": GlobalMaxPool, "attention-pool": AttentionPool, "flatten": Flatten, "batch-norm": BatchNorm, "layer-norm": LayerNorm, "embedding": Embedding,
        "sequential": Sequential, "residual": Residual, "branches": Branches, "prelu": PReLU,
        "adaptive-average-pool": AdaptiveAveragePool,
        "conv-transpose1d": TransposedConvolution, "conv-transpose2d": TransposedConvolution, "upsample": Upsample,
        "group-norm": GroupNorm, "instance-norm": GroupNorm, "rms-norm": RMSNorm,
    }
    if kind in makers:
        return makers[kind](keys, name, shape)
    functions = {
        "relu": torch.relu,
        "leaky-relu": lambda x: F.leaky_relu(x, keys["negativeSlope"]),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "gelu": lambda x: F.gelu(x, approximate=keys["approximate"] or "none"),
        "softmax": features_last(lambda x: torch.softmax(x, -1)),
        "dropout": lambda x: F.dropout(x, keys["probability"]),
        "reverse": lambda x: x.flip(1),
        "relu6": F.relu6,
        "silu": F.silu,
        "hardswish": F.hardswish,
        "hardsigmoid": F.hardsigmoid,
        "elu": lambda x: F.elu(x, keys["alpha"]),
        "selu": F.selu,
        "softplus": lambda x: F.softplus(x, keys["beta"], keys["threshold"]),
        "mish": F.mish,
        "log-softmax": features_last(lambda x: torch.log_softmax(x, -1)),
        "local-response-norm": local_response(keys),
        "channel-dropout": lambda x: F.dropout(x, keys["probability"]),
        "drop-path": lambda x: F.dropout(x, keys["probability"]),
    }
    return Elementwise(functions[kind], keys, name, shape)


def make_layers(layers, prefix, shape, module=""):
    """Layers one after the other; those with names of their own are the children of `module`."""
    made = []
    for index, layer in enumerate(layers):
        own = name_and_keys(layer)[1].get("name")
        made.append(make_layer(layer, f"{module}{own}" if own else f"{prefix}{index}", shape))
        shape = shape_after(layer, shape)
    return made


def initial_of(layers, random):
    return {name: value for layer in layers for name, value in layer.initial(random).items()}


def through(layers, x, tensors, run):
    for layer in layers:
        x = each(run.rounded, layer(x, tensors, run))
    return x


class Network:
    """The layers of a resolved recipe for samples of a shape."""

    def __init__(self, layers, shape):
        self.layers = make_layers(layers, "", shape)
        self.input_shape = shape
        self.output_shape = shape_through(layers, shape)

    def initial(self, random):
        """Tensors to start from: parameters, running values and counters under PyTorch's names."""
        return initial_of(self.layers, random)

    def __call__(self, x, tensors, run):
        return through(self.layers, x, tensors, run)


BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def is_buffer(name):
    return name.rpartition(".")[2] in BUFFERS
