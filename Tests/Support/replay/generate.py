"""Random recipes and data for them, each a function of its seed alone."""

import math
import random

import numpy as np
from shapes import DoesNotFit, every_layer, name_and_keys, shape_after, shape_through

WITH_WEIGHTS = {
    "linear", "conv1d", "conv2d", "embedding", "lstm", "gru", "rnn", "gated", "batch-norm", "layer-norm",
    "attention-pool", "prelu", "conv-transpose1d", "conv-transpose2d", "group-norm", "rms-norm",
}
# Layers that need sequences of equal length.
EQUAL_LENGTHS = {"flatten", "adaptive-average-pool", "conv-transpose1d", "upsample"}
# Small variances make rounding errors large.
NORMALIZATIONS = {"batch-norm", "layer-norm", "group-norm", "instance-norm", "rms-norm"}
# Recipes have these in turn.
LAYERS = (
    "conv1d", "lstm", "conv2d", "batch-norm", "max-pool", "gru", "average-pool", "residual", "global-average-pool",
    "rnn", "flatten", "linear", "gated", "embedding", "layer-norm", "dropout", "relu", "leaky-relu", "tanh", "sigmoid",
    "gelu", "softmax", "sequential", "global-max-pool", "attention-pool", "reverse", "branches",
    "relu6", "silu", "hardswish", "hardsigmoid", "elu", "selu", "softplus", "mish", "prelu", "log-softmax",
    "adaptive-average-pool", "conv-transpose1d", "conv-transpose2d", "upsample",
    "group-norm", "instance-norm", "rms-norm", "local-response-norm", "channel-dropout", "drop-path",
)
OPTIMIZERS = ("sgd", "rmsprop", "adam", "lars", "adamw", "lamb")
SCHEDULES = ("constant", "step", "cosine", "one-cycle", "polynomial", "plateau", "cosine-restarts")
ACTIVATIONS = (
    "relu", "leaky-relu", "tanh", "sigmoid", "gelu", "softmax", "dropout",
    "relu6", "silu", "hardswish", "hardsigmoid", "elu", "selu", "softplus", "mish", "prelu", "log-softmax",
)
# More than this makes a recipe slow.
MOST_FEATURES, MOST_VALUES, MOST_WEIGHTS = 40, 4000, 30000
# The program takes no larger kernels.
MOST_TAPS = 128


class Case:
    """A recipe, its arrays by file name, and how many ranks train it."""

    def __init__(self, seed):
        self.seed = seed
        self.draw = Draw(seed)
        self.numbers = np.random.default_rng(seed)
        while True:
            try:
                self.make()
                return
            except DoesNotFit:
                continue

    def make(self):
        draw = self.draw
        self.layers, self.shape = Layers(draw).network()
        self.loss, self.targets = self.choose_loss()
        layers = list(every_layer(self.layers))
        names = {name for name, _ in layers}
        with_weights = {name for name, keys in layers if keys.get("affine", name != "instance-norm")}
        if not with_weights & WITH_WEIGHTS or self.turn(LAYERS) not in names:
            raise DoesNotFit("nothing to train, or not the layer whose turn it is")
        self.has_lengths = self.may_have_lengths() and draw.chance(0.6)
        self.front = self.has_lengths and draw.chance(0.3)
        self.is_stateful = any(keys.get("stateful") for _, keys in layers)
        count = draw.whole(3, 30)
        batch = draw.whole(2, min(13, count))
        if "batch-norm" in names and count % batch == 1:
            raise DoesNotFit("a last batch of one sample")
        accumulate = draw.pick(1, 1, 1, 2, 3)
        per_epoch = -(-count // (batch * accumulate))
        self.recipe = {
            "name": f"random-{self.seed}",
            "seed": draw.whole(0, 9),
            "epochs": max(1, min(4, draw.whole(2, 9) // per_epoch)),
            "steps": draw.pick(None, None, None, draw.whole(1, 8)),
            "batch": batch,
            "accumulate": accumulate,
            "shards": self.shards(batch),
            "data": {"source": "numpy", "train": "train.npz", "shuffle": False},
            "model": {"weights": "initial.safetensors", "layers": self.layers},
            "loss": self.loss,
            "optimizer": self.optimizer(),
            "evaluate": {"every": draw.pick(1, 1, 1, 2, 0)},
            "checkpoint": {"epochs": 0, "minutes": None},
        }
        self.recipe["schedule"] = self.schedule(batch * accumulate)
        if draw.chance(0.25):
            self.recipe["ema"] = {"decay": draw.pick(0.5, 0.9, 0.99), "warmup": draw.chance(0.5)}
            self.recipe["ema"]["every"] = draw.pick(1, 1, 2, 3)
        if draw.chance(0.7):
            self.recipe["record"] = {"tensorBoard": 0, "histograms": 0, "images": 0}
        self.ranks = draw.whole(1, 3)
        if self.ranks > 1:
            self.recipe["optimizerSharding"] = draw.pick("auto", "always", "never")
            self.recipe["reduction"] = draw.pick("tree", "tree", "tree", "native")
        self.ranks = min(self.ranks, self.recipe["shards"])
        self.machines = draw.chance(0.3)
        if self.front:
            self.recipe["data"]["padding"] = "front"
        self.arrays = {"train": self.samples(count, batch, self.shape)}
        for split, share in (("validation", 0.4), ("test", 0.85)):
            if draw.chance(share):
                self.recipe["data"][split] = f"{split}.npz"
                self.arrays[split] = self.samples(draw.whole(1, 20), batch, self.other_shape(names))
        if draw.chance(0.2):
            self.recipe["outliers"] = {"limit": draw.pick(1.01, 1.2), "window": draw.whole(1, 4)}

    def turn(self, values):
        """Returns one of the values, each in turn over the seeds."""
        return values[self.seed % len(values)]

    def shards(self, batch):
        """A number of shards, at most that of a batch's samples; with statistics by shard each shard has at least two."""
        by_shard = any(keys.get("statistics") == "shard" for _, keys in every_layer(self.layers))
        return self.draw.whole(1, max(1, min(9, batch // 2 if by_shard else batch)))

    def may_have_lengths(self):
        """Whether samples may have lengths: sequences, and targets for each step only if the steps stay the same."""
        if len(self.shape) != 2 or EQUAL_LENGTHS & {name for name, _ in every_layer(self.layers)}:
            return False
        if len(self.output) == 1:
            return True
        try:
            return all(shape_through(self.layers, (n, self.shape[1]))[0] == n for n in range(1, self.shape[0] + 1))
        except DoesNotFit:
            return False

    @property
    def output(self):
        return shape_through(self.layers, self.shape)

    def valid_steps(self):
        """The numbers of steps, at most the data's, that every layer can take."""
        found = []
        for steps in range(1, self.shape[0] + 1):
            try:
                shape_through(self.layers, (steps, self.shape[1]))
                found.append(steps)
            except DoesNotFit:
                pass
        return found

    def other_shape(self, names):
        """The training samples' shape, or sometimes sequences of more steps."""
        if len(self.shape) != 2 or "flatten" in names or self.is_stateful or self.draw.chance(0.7):
            return self.shape
        return (self.shape[0] + self.draw.whole(1, 5), self.shape[1])

    # The data and the loss.

    def choose_loss(self):
        """The loss, and the kind of its targets: ("classes", count) or ("values",)."""
        draw, output = self.draw, self.output
        can_classify = output[-1] >= 2 and (len(output) == 1 or len(output) == 2 and output[0] > 1)
        if can_classify and not ends_in_softmax(self.layers) and draw.chance(0.65):
            keys = {"name": draw.pick("cross-entropy", "cross-entropy", "cross-entropy", "focal")}
            if keys["name"] == "focal":
                keys["gamma"] = draw.pick(0, 0.5, 1, 2, 3.5)
            elif draw.chance(0.4):
                keys["labelSmoothing"] = draw.pick(0.05, 0.1, 0.5)
            if draw.chance(0.3):
                keys["classWeights"] = [round(draw.number(0.2, 3), 2) for _ in range(output[-1])]
            if draw.chance(0.3):
                # With two classes none is ignored, or only one would remain.
                keys["ignoreIndex"] = draw.pick(-100, -1, *((0, output[-1] - 1) if output[-1] > 2 else ()))
            return keys, ("classes", output[-1])
        name = draw.pick("binary-cross-entropy", "binary-focal", "mse", "l1", "huber", "smooth-l1")
        keys = {"name": name}
        if name == "binary-cross-entropy" and draw.chance(0.4):
            keys["positiveWeights"] = [round(draw.number(0.2, 3), 2) for _ in range(output[-1])]
        if name == "binary-focal":
            keys["alpha"], keys["gamma"] = draw.pick(None, 0, 0.25, 1), draw.pick(0, 0.5, 2)
        if name == "huber":
            keys["delta"] = draw.pick(0.3, 1, 2.5)
        if name == "smooth-l1":
            keys["beta"] = draw.pick(0.3, 1, 2.5)
        return keys, ("values",)

    def samples(self, count, batch, shape):
        """The arrays of a file for `count` samples."""
        numbers, draw = self.numbers, self.draw
        first, keys = name_and_keys(self.layers[0])
        if first == "embedding":
            x = numbers.integers(keys["count"], size=(count, *shape)).astype(draw.pick("f4", "i8"))
        else:
            x = numbers.standard_normal((count, *shape)).astype("f4")
            if first in ("batch-norm", "layer-norm", "group-norm", "instance-norm") and draw.chance(0.5):
                # Columns of realistic sizes: a year, kelvin, pascal.
                x += numbers.choice([0, 10, 100, 3000], size=shape[-1]).astype("f4")
        arrays = {"x": x}
        output = shape_through(self.layers, shape)
        if self.has_lengths:
            lengths = numbers.choice(self.valid_steps(), size=count)
            arrays["lengths"] = lengths.astype(draw.pick("i4", "i8"))
            if first != "embedding":
                # Results must not depend on the padding.
                for sample, length in enumerate(lengths):
                    padding = slice(0, shape[0] - length) if self.front else slice(length, None)
                    x[sample, padding] = draw.pick(0.0, 0.0, 7.5, np.nan)
        if self.targets[0] == "values":
            y = numbers.standard_normal((count, *output)).astype("f4")
            arrays["y"] = (y > 0).astype("f4") if self.loss["name"].startswith("binary-") else y
            return arrays
        y = numbers.integers(self.targets[1], size=(count, *output[:-1]))
        ignored = self.loss.get("ignoreIndex")
        if ignored is not None:
            y[numbers.random(y.shape) < 0.25] = ignored
        # Every batch has a label that counts, and there are two classes. This step of each sample is not padding.
        step = (slice(None), -1 if self.front else 0)[: y.ndim]
        first, second = [label for label in range(self.targets[1]) if label != ignored][:2]
        y[step][::batch], y[step][1:2] = first, second
        arrays["y"] = y
        return arrays

    # The training.

    def optimizer(self):
        draw = self.draw
        name = self.turn(OPTIMIZERS)
        keys = {"name": name}
        # After a normalization some gradients are only rounding errors, which a small epsilon makes large.
        normalizes = NORMALIZATIONS & {layer for layer, _ in every_layer(self.layers)}
        epsilon = draw.pick(1e-4, 1e-3) if normalizes else draw.pick(1e-8, 1e-5, 1e-3)
        if name in ("adam", "adamw", "lamb"):
            keys |= {"learningRate": draw.pick(0.001, 0.004, 0.02), "beta1": draw.pick(0, 0.5, 0.9)}
            keys |= {"beta2": draw.pick(0.9, 0.99, 0.999), "epsilon": epsilon}
            if name == "lamb":
                keys["excludeVectors"] = draw.chance(0.4)
        elif name == "rmsprop":
            keys |= {"learningRate": draw.pick(0.001, 0.01), "alpha": draw.pick(0.9, 0.99)}
            keys |= {"centered": draw.chance(0.3), "momentum": draw.pick(0, 0, 0.9), "epsilon": epsilon}
        elif name == "lars":
            keys |= {"excludeVectors": draw.chance(0.4), "momentum": draw.pick(0, 0.9)}
            # Excluded vectors take this step without scaling.
            keys["learningRate"] = draw.pick(0.02, 0.1) if keys["excludeVectors"] else draw.pick(0.5, 2)
            keys["trustCoefficient"] = draw.pick(0.001, 0.01)
        else:
            keys |= {"learningRate": draw.pick(0.003, 0.02, 0.1), "momentum": draw.pick(0, 0.5, 0.9)}
            keys["nesterov"] = keys["momentum"] > 0 and draw.chance(0.5)
        if draw.chance(0.4):
            keys["weightDecay"] = draw.pick(0, 0.001, 0.1)
        if draw.chance(0.35):
            keys["clipNorm"] = draw.pick(0.05, 0.5, 2)
        if draw.chance(0.2):
            keys["clipValue"] = draw.pick(0.003, 0.05, 1)
        return keys

    def span(self, least):
        draw = self.draw
        return draw.pick(f"{draw.whole(least, 9)} steps", f"{draw.pick(0.5, 1, 1.5)} epochs")

    def schedule(self, samples):
        draw = self.draw
        name = SCHEDULES[self.seed // len(OPTIMIZERS) % len(SCHEDULES)]
        keys = {"name": name}
        if name == "step":
            keys |= {"stepSize": self.span(1), "gamma": draw.pick(0.1, 0.5, 0.9)}
        if name in ("cosine", "one-cycle", "polynomial") and draw.chance(0.5):
            keys["length"] = self.span(1)
        if name == "cosine-restarts":
            keys |= {"period": self.span(1), "multiplier": draw.pick(1, 2)}
        if name == "polynomial":
            keys["power"] = draw.pick(1, 2, 0.5)
        if name == "one-cycle":
            keys |= {"rise": draw.pick(0, 0.3, 0.7, 1), "divisor": draw.pick(1, 25)}
            keys["finalDivisor"] = draw.pick(1, 10000)
        if name == "plateau":
            keys |= {"factor": draw.pick(0, 0.5), "patience": draw.pick(0, 1), "threshold": draw.pick(0, 0.01, 0.3)}
            keys["minimum"] = draw.pick(0, 1e-3)
        if draw.chance(0.4):
            keys |= {"warmup": self.span(0), "warmupStart": draw.pick(0, 0.1, 1)}
            keys["warmupMethod"] = draw.pick("linear", "linear", "constant")
        if draw.chance(0.2):
            keys["scaleWithBatch"] = draw.pick(8, samples, 4 * samples)
        rate = self.recipe["optimizer"]["learningRate"] * samples / keys.get("scaleWithBatch", samples)
        if name == "plateau":
            keys["minimum"] = min(keys["minimum"], rate)
        if name in ("cosine", "cosine-restarts", "polynomial") and draw.chance(0.5):
            keys["minimum"] = draw.pick(0.01, 0.5) * rate
        return keys


def ends_in_softmax(layers):
    name, keys = name_and_keys(layers[-1])
    return name == "softmax" or name == "sequential" and ends_in_softmax(keys["layers"])


class Draw(random.Random):
    """Random choices."""

    def chance(self, share):
        return self.random() < share

    def pick(self, *values):
        return self.choice(values)

    def whole(self, least, most):
        return self.randint(least, most)

    def number(self, least, most):
        return self.uniform(least, most)

    def features(self):
        """A size of every remainder of 16, small ones more often."""
        return self.whole(1, 8) if self.chance(0.4) else self.whole(1, MOST_FEATURES)


class Layers:
    """Random layers, one after the other, that fit each other."""

    def __init__(self, draw):
        self.draw = draw
        self.weights = 0

    def network(self):
        """A network and the shape of its inputs."""
        draw = self.draw
        kind = draw.pick("vector", "sequence", "sequence", "image", "image", "indices")
        layers = []
        # Embeddings take one index, or one for each step.
        if kind == "vector":
            shape = (draw.features(),)
        elif kind == "sequence":
            shape = (draw.whole(2, 16), draw.features())
        elif kind == "image":
            shape = (draw.whole(1, 12), draw.whole(1, 12), draw.pick(1, 2, 3, draw.whole(1, 17)))
            if shape[0] in (1, 3) and shape[2] > 4:
                raise DoesNotFit("the program may take it for an image with its channels first")
        else:
            shape = draw.pick((1,), (draw.whole(2, 12), 1), (draw.whole(2, 12), 1))
            count = draw.features() + 1
            layers.append({"embedding": {"count": count, "dimension": draw.features()}})
            if draw.chance(0.5):
                layers[0]["embedding"]["paddingIndex"] = draw.whole(0, count - 1)
        start = shape
        shape = shape_through(layers, start)
        for _ in range(draw.whole(1, 5)):
            shape = self.append(layers, shape)
        self.finish(layers, shape)
        shape_through(layers, start)
        if self.weights > MOST_WEIGHTS:
            raise DoesNotFit("too many weights")
        return layers, start

    def append(self, layers, shape, keeps=False, depth=0):
        """Adds a random layer that fits; with `keeps` the extents stay the same."""
        for _ in range(50):
            layer = self.layer(shape, keeps, depth)
            try:
                following = shape_after(layer, shape)
            except DoesNotFit:
                continue
            values = 1
            for extent in following:
                values *= extent
            if values > MOST_VALUES or keeps and following[:-1] != shape[:-1]:
                continue
            self.count(layer, shape)
            layers.append(layer)
            return following
        raise DoesNotFit("no layer fits")

    def count(self, layer, shape):
        """Adds the approximate number of weights."""
        name, keys = name_and_keys(layer)
        if name == "linear":
            self.weights += shape[-1] * keys["outputs"]
        if name.startswith("conv"):
            self.weights += shape[-1] * keys["outputs"] * 9

    def layer(self, shape, keeps, depth):
        draw = self.draw
        kinds = ["linear", "linear", "batch-norm", "batch-norm", "activation", "activation", "activation"]
        if shape[-1] > 1:
            # With one feature only rounding errors remain, which some optimizers make large.
            kinds += ["layer-norm", "rms-norm"]
        if math.prod(shape) >= 8:
            kinds.append("group-norm")
        if len(shape) > 1:
            kinds += ["local-response-norm", "channel-dropout"]
        if math.prod(shape[:-1]) >= 8:
            kinds.append("instance-norm")
        if depth < 2:
            kinds += ["residual", "residual", "sequential", "branches", "branches"]
        if len(shape) == 2:
            kinds += ["conv1d"] * 4 + ["recurrent"] * 5 + ["pool"] * 2 + ["reverse"]
        if len(shape) == 3:
            kinds += ["conv2d"] * 6 + ["pool"] * 3
        if len(shape) > 1 and not keeps:
            kinds += ["global-average-pool", "global-max-pool", "flatten"]
        if len(shape) == 2 and not keeps:
            kinds.append("attention-pool")
        if len(shape) > 1:
            kinds.append(f"conv-transpose{len(shape) - 1}d")
        if len(shape) > 1 and not keeps:
            kinds += ["adaptive-average-pool", "upsample"]
        kind = draw.pick(*kinds)
        if kind == "linear":
            return {"linear": {"outputs": draw.features(), "bias": draw.chance(0.8)}}
        if kind == "batch-norm":
            keys = {"momentum": draw.pick(0.1, 0.5, None), "statistics": draw.pick("batch", "shard")}
            keys["affine"] = draw.chance(0.85)
            return {"batch-norm": keys | ({"epsilon": 0.001} if draw.chance(0.3) else {})}
        if kind == "group-norm":
            # Groups of some values, since those of few are often alike, which makes rounding errors large; a flattened image has no
            # channels.
            values = math.prod(shape)
            fitting = [n for n in range(1, shape[-1] + 1) if shape[-1] % n == 0 and values >= 8 * n] or [1]
            groups = draw.pick(*fitting) if len(shape) > 1 else 1
            return {kind: {"groups": groups, "affine": draw.chance(0.7)}}
        if kind == "instance-norm":
            return {kind: {"affine": draw.chance(0.5), "epsilon": draw.pick(1e-5, 0.01)}}
        if kind == "rms-norm":
            return draw.pick("rms-norm", {"rms-norm": {"epsilon": 0.01}})
        if kind == "local-response-norm":
            keys = {"size": draw.whole(1, 6), "alpha": draw.pick(0.0001, 0.5), "beta": draw.pick(0.75, 0.5, 1.1)}
            return {kind: keys | {"k": draw.pick(1, 2)}}
        if kind == "channel-dropout":
            return {kind: {"probability": 0}}
        if kind == "layer-norm":
            return draw.pick("layer-norm", {"layer-norm": {"epsilon": 0.01}})
        if kind == "activation":
            return self.activation()
        if kind == "residual":
            return self.residual(shape, keeps, depth + 1)
        if kind == "branches":
            return {kind: self.branches(shape, keeps, depth + 1)}
        if kind == "sequential":
            layers, following = [], shape
            for _ in range(draw.whole(1, 3)):
                following = self.append(layers, following, keeps, depth + 1)
            return {"sequential": {"layers": layers}}
        if kind in ("conv1d", "conv2d"):
            return {kind: self.convolution(shape, keeps)}
        if kind.startswith("conv-transpose"):
            return {kind: self.transposed(shape, keeps)}
        if kind == "adaptive-average-pool":
            return {kind: {"size": self.window(lambda: draw.whole(1, 6), shape)}}
        if kind == "upsample":
            return {kind: self.upsampling(shape)}
        if kind == "recurrent":
            return self.recurrent(output="all" if keeps else draw.pick("all", "last"))
        if kind == "attention-pool":
            return {kind: {"hiddenSize": draw.pick(None, draw.features())}}
        if kind == "pool":
            name = draw.pick("max-pool", "average-pool")
            return {name: self.pooling(shape, keeps, name)}
        return kind

    def activation(self):
        draw = self.draw
        name = draw.pick(*ACTIVATIONS)
        if name == "dropout":
            return {name: {"probability": 0}}
        if name == "leaky-relu":
            return {name: {"negativeSlope": draw.pick(0.01, 0.3, -0.2)}}
        if name == "gelu":
            return {name: {"approximate": draw.pick("tanh", None)}}
        if name == "elu":
            return {name: {"alpha": draw.pick(1, 0.5, 2)}}
        if name == "softplus":
            # At the threshold the function jumps, so rounding must not decide between the two sides.
            return {name: {"beta": draw.pick(1, 0.5, 3), "threshold": draw.pick(20, 30)}}
        if name == "prelu":
            return {name: {"parameters": draw.pick(1, "channels")}}
        return name

    def window(self, make, shape):
        """A key's value for a window: a number, or for images sometimes [height, width]."""
        if len(shape) == 3 and self.draw.chance(0.4):
            return [make(), make()]
        return make()

    def convolution(self, shape, keeps):
        draw = self.draw
        outputs = draw.features()
        groups = draw.pick(*(n for n in range(1, shape[-1] + 1) if shape[-1] % n == 0)) if draw.chance(0.4) else 1
        outputs = shape[-1] if groups > 1 and draw.chance(0.5) else max(groups, outputs // groups * groups)
        keys = {"outputs": outputs, "kernel": self.window(lambda: draw.whole(1, 5), shape), "groups": groups}
        keys["bias"] = draw.chance(0.7)
        if len(shape) == 2 and draw.chance(0.3):
            # `same` allows no stride.
            keys |= {"padding": draw.pick("same", "causal"), "dilation": draw.whole(1, 3)}
            return keys if keeps or keys["padding"] == "same" else keys | {"stride": draw.whole(1, 3)}
        if len(shape) == 3 and draw.chance(0.15):
            return keys | {"padding": "same", "dilation": self.window(lambda: draw.whole(1, 3), shape)}
        if keeps or draw.chance(0.35):
            half, dilation = draw.whole(0, 2), draw.pick(1, 1, 2)
            return keys | {"kernel": 2 * half + 1, "padding": half * dilation, "dilation": dilation}
        if draw.chance(0.6):
            keys["stride"] = self.window(lambda: draw.whole(1, 3), shape)
        if draw.chance(0.6):
            keys["padding"] = self.window(lambda: draw.whole(0, 3), shape)
        if draw.chance(0.3):
            keys["dilation"] = self.window(lambda: draw.whole(1, 3), shape)
        return keys

    def transposed(self, shape, keeps):
        draw = self.draw
        groups = draw.pick(*(n for n in range(1, shape[-1] + 1) if shape[-1] % n == 0)) if draw.chance(0.4) else 1
        outputs = max(groups, draw.features() // groups * groups)
        keys = {"outputs": outputs, "groups": groups, "bias": draw.chance(0.7)}
        if keeps:
            half, dilation = draw.whole(0, 2), draw.pick(1, 1, 2)
            return keys | {"kernel": 2 * half + 1, "padding": half * dilation, "dilation": dilation}
        keys["kernel"] = self.window(lambda: draw.whole(1, 4), shape)
        if draw.chance(0.6):
            keys["stride"] = self.window(lambda: draw.whole(1, 3), shape)
        if draw.chance(0.4):
            keys["padding"] = self.window(lambda: draw.whole(0, 2), shape)
        if draw.chance(0.3):
            keys["dilation"] = self.window(lambda: draw.whole(1, 3), shape)
        if draw.chance(0.4):
            keys["outputPadding"] = self.window(lambda: draw.whole(0, 2), shape)
        return keys

    def upsampling(self, shape):
        draw = self.draw
        keys = {"scale": self.window(lambda: draw.whole(1, 3), shape)}
        if draw.chance(0.6):
            keys |= {"mode": "linear" if len(shape) == 2 else "bilinear", "alignCorners": draw.chance(0.4)}
        return keys

    def pooling(self, shape, keeps, name):
        draw = self.draw
        more = {"countIncludePad": draw.chance(0.5)} if name == "average-pool" and draw.chance(0.5) else {}
        if keeps:
            return {"kernel": 3, "stride": 1, "padding": 1} | more
        if draw.chance(0.4):
            more["ceilMode"] = True
        kernel = self.window(lambda: draw.whole(1, 4), shape)
        keys = {"kernel": kernel} | more
        if draw.chance(0.5):
            keys["stride"] = self.window(lambda: draw.whole(1, 3), shape)
        # At most half the window, as in PyTorch.
        halves = [size // 2 for size in kernel] if isinstance(kernel, list) else kernel // 2
        if draw.chance(0.4):
            keys["padding"] = halves
        return keys

    def recurrent(self, output):
        draw = self.draw
        name = draw.pick("lstm", "gru", "rnn", "gated")
        keys = {"hiddenSize": draw.features() // 2 + 1, "output": output, "layers": draw.pick(1, 1, 2, 3)}
        if name == "rnn":
            keys["nonlinearity"] = draw.pick("tanh", "relu")
        keys["bias"] = draw.chance(0.7)
        if draw.chance(0.4):
            keys["bidirectional"] = True
        elif draw.chance(0.2):
            keys["stateful"] = True
        return {name: keys}

    def residual(self, shape, keeps, depth):
        draw = self.draw
        if len(shape) > 1 and not keeps and draw.chance(0.3):
            # A block that reduces the extents.
            name = "conv1d" if len(shape) == 2 else "conv2d"
            outputs = draw.features()
            first = {name: {"outputs": outputs, "kernel": 3, "stride": 2, "padding": 1}}
            body = draw.pick([first], [first, "batch-norm"])
            return {"residual": {"body": body, "shortcut": [{name: {"outputs": outputs, "kernel": 1, "stride": 2}}]}}
        body, following = [], shape
        for _ in range(draw.whole(1, 3)):
            following = self.append(body, following, True, depth)
        if draw.chance(0.15):
            body.append({"drop-path": {"probability": 0}})
        if following == shape and draw.chance(0.5):
            return {"residual": {"body": body}}
        if len(shape) > 1 and draw.chance(0.5):
            name = "conv1d" if len(shape) == 2 else "conv2d"
            return {"residual": {"body": body, "shortcut": [{name: {"outputs": following[-1], "kernel": 1}}]}}
        return {"residual": {"body": body, "shortcut": [{"linear": {"outputs": following[-1]}}]}}

    def branches(self, shape, keeps, depth):
        draw = self.draw
        join = draw.pick("concat", "add", "multiply")
        count = 2 if join == "multiply" else draw.whole(2, 3)
        features = draw.pick(shape[-1], draw.features())
        paths = []
        for number in range(count):
            if number and (join == "concat" or features == shape[-1]) and draw.chance(0.3):
                paths.append([])
                continue
            path, following = [], shape
            for _ in range(draw.whole(1, 2)):
                following = self.append(path, following, True, depth)
            if join != "concat":
                if len(shape) > 1 and number and draw.chance(0.4):
                    path.append(draw.pick("global-average-pool", "global-max-pool"))
                path.append({"linear": {"outputs": features}})
            paths.append(path)
        keys = {"join": join, "paths": draw.sample(paths, count)}
        if draw.chance(0.3):
            # Names of their own.
            for number, path in enumerate(keys["paths"]):
                for index, layer in enumerate(path):
                    name, own = name_and_keys(layer)
                    if name in WITH_WEIGHTS:
                        path[index] = {name: {**own, "name": f"side{number}.{name.replace('-', '_')}{index}"}}
        return keys

    def finish(self, layers, shape):
        """Adds layers that bring the outputs to a shape for a loss, mostly vectors."""
        draw = self.draw
        last = []
        if len(shape) > 1 and draw.chance(0.75):
            last = self.reduction(shape)
        shape = shape_through(last, shape)
        if draw.chance(0.75):
            last.append({"linear": {"outputs": draw.whole(1, 12)}})
            self.count(last[-1], shape)
        layers += last

    def reduction(self, shape):
        """Layers that make vectors."""
        draw = self.draw
        if len(shape) == 2 and draw.chance(0.6):
            return [self.recurrent(output="last")]
        if len(shape) == 3 and shape[0] * shape[1] <= MOST_TAPS and draw.chance(0.25):
            # A convolution as large as the image.
            convolution = {"conv2d": {"outputs": draw.features(), "kernel": list(shape[:2])}}
            self.count(convolution, shape)
            return [convolution, "flatten"]
        if len(shape) == 2 and draw.chance(0.3):
            return [{"attention-pool": {"hiddenSize": draw.pick(None, draw.features())}}]
        return [draw.pick("global-average-pool", "global-max-pool", "flatten")]
