"""The tasks that compare.py measures, and functions that the peers' scripts share.

A step is: zero the gradients, forward, loss, backward, optimizer; float32, data already in memory. Sequences are one-hot
symbols, images are random numbers. The loss is the cross-entropy of the last step's output or of every step's. Optimizers are
RMSprop (learning rate 0.001, decay 0.99, epsilon 1e-8), Adam (learning rate 0.001, PyTorch's other defaults) or SGD (learning
rate 0.01, momentum 0.9).
"""

import argparse
import dataclasses
import json
import statistics
import time


@dataclasses.dataclass(frozen=True)
class Task:
    """One network, its data, and the targets for the peers' times relative to ours."""

    network: str
    optimizer: str
    batch: int
    # Steps and symbols of a sequence, or height, width and channels of an image.
    shape: tuple[int, ...]
    classes: int
    # The number of steps of one timing.
    steps: int
    # The layers in dp-train's recipe.
    layers: str
    # The size of the hidden state.
    hidden: int = 0
    # Whether every step of a sequence has a class.
    every_step: bool = False
    # The least ratios of PyTorch's and JAX's best times to ours that we aim at; None for no aim.
    against_pytorch: float | None = None
    against_jax: float | None = None

    @property
    def is_image(self):
        return len(self.shape) == 3

    @property
    def size(self):
        """The task's size in the table: batch × steps × hidden, or batch × the image's shape."""
        parts = (self.batch, *self.shape) if self.is_image else (self.batch, self.shape[0], self.hidden)
        return " × ".join(map(str, parts))


def recurrent(cell, hidden, output, classes, more=""):
    return f"[{{{cell}: {{hiddenSize: {hidden}, output: {output}{more}}}}}, {{linear: {{outputs: {classes}}}}}]"


def conv2d(outputs, kernel=3, **more):
    keys = "".join(f", {name}: {value}" for name, value in more.items())
    return f"{{conv2d: {{outputs: {outputs}, kernel: {kernel}{keys}}}}}"


def block(outputs):
    """Returns the recipe of a residual block that halves the image's height and width."""
    first = conv2d(outputs, stride=2, padding=1, bias="false")
    second = conv2d(outputs, padding=1, bias="false")
    shortcut = conv2d(outputs, 1, stride=2, bias="false")
    body = f"[{first}, batch-norm, relu, {second}, batch-norm]"
    return f"{{residual: {{body: {body}, shortcut: [{shortcut}]}}}}, relu"


POOL = "{max-pool: {kernel: 2}}"
# The network of PyTorch's MNIST example.
MNIST = (
    f"[{conv2d(32)}, relu, {conv2d(64)}, relu, {POOL}, {{dropout: {{probability: 0.25}}}}, flatten, "
    "{linear: {outputs: 128}}, relu, {dropout: {probability: 0.5}}, {linear: {outputs: 10}}]"
)
# Channels of a small residual network: of the first convolution and of the blocks.
RESIDUAL = (32, 64, 128, 256)
CATS_DOGS = (
    f"[{conv2d(RESIDUAL[0], stride=2, padding=1, bias='false')}, batch-norm, relu, "
    f"{', '.join(map(block, RESIDUAL[1:]))}, global-average-pool, {{linear: {{outputs: 2}}}}]"
)
# Channels of pairs of convolutions, each pair followed by pooling.
PAIRS = (64, 128, 256)
VGG = (
    "[" + ", ".join(f"{conv2d(c, padding=1)}, relu, {conv2d(c, padding=1)}, relu, {POOL}" for c in PAIRS)
    + ", flatten, {linear: {outputs: 10}}]"
)

TASKS = {
    "temporal-order": Task(
        "lstm", "rmsprop", 32, (81, 8), 4, 200, recurrent("lstm", 12, "last", 4), hidden=12,
        against_pytorch=6, against_jax=3),
    "temporal-order-large": Task(
        "lstm", "rmsprop", 256, (81, 8), 4, 2, recurrent("lstm", 128, "last", 4), hidden=128, against_pytorch=2.2),
    "echo": Task(
        "gru", "adam", 64, (15, 27), 27, 50, recurrent("gru", 64, "all", 27), hidden=64, every_step=True,
        against_pytorch=3, against_jax=2),
    "echo-large": Task(
        "gru", "adam", 256, (20, 27), 27, 8, recurrent("gru", 128, "all", 27), hidden=128, every_step=True,
        against_pytorch=1.7),
    "rnn-relu": Task(
        "rnn-relu", "rmsprop", 32, (8, 8), 4, 500, recurrent("rnn", 4, "last", 4, ", nonlinearity: relu"), hidden=4,
        against_pytorch=25),
    "gated": Task(
        "gated", "adam", 64, (20, 27), 27, 50, recurrent("gated", 64, "all", 27), hidden=64, every_step=True,
        against_pytorch=4),
    "mnist-cnn": Task("mnist-cnn", "adam", 128, (28, 28, 1), 10, 2, MNIST, against_pytorch=1.7),
    "cats-dogs": Task("cats-dogs", "sgd", 32, (256, 256, 3), 2, 1, CATS_DOGS, against_pytorch=1.3),
    "vgg-cifar": Task("vgg-cifar", "sgd", 128, (32, 32, 3), 10, 1, VGG, against_pytorch=1.15),
}

# The number of timings of one process; their median counts.
TIMINGS = 5


def parse_arguments(description, **options):
    """Parses a peer's command line: the task, the steps of one timing, and `options` (name to a dictionary for argparse)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("task", choices=TASKS, type=str)
    parser.add_argument("--steps", type=int, required=True, help="steps of one timing")
    for name, settings in options.items():
        parser.add_argument(f"--{name}", **settings)
    return parser.parse_args()


def report(step, finish, steps, version, is_first=True):
    """Warms up, times `steps` calls of `step` several times, and prints the median per step and `version` as JSON.

    `finish` waits for unfinished work. Only the first process prints.
    """

    def run(count):
        for _ in range(count):
            step()
        finish()

    run(max(2, min(20, steps)))
    seconds = []
    for _ in range(TIMINGS):
        start = time.perf_counter()
        run(steps)
        seconds.append(time.perf_counter() - start)
    if is_first:
        print(json.dumps({"msPerStep": statistics.median(seconds) / steps * 1e3, "version": version}))
