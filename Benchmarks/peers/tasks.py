"""The tasks that compare.py measures.

A step is: zero the gradients, forward, loss, backward, optimizer; data already in memory, in float32. Recurrent networks get
one-hot symbols, the others random numbers. Sequences of different lengths are random numbers, too; PyTorch packs them
(`pack_padded_sequence`), outside of the timing. The loss is the cross-entropy; of recurrent networks that of the last step's
output, or of every step's. Optimizers are RMSprop (learning rate 0.001, decay 0.99, epsilon 1e-8), Adam (learning rate
0.001, PyTorch's other defaults) or SGD (learning rate 0.01, momentum 0.9).
"""

import dataclasses

from layers import CATS_DOGS, MNIST, MOBILENET, RESNET18, VGG, fcn, recurrent

# The precisions of a step's arithmetic; the first is the default.
PRECISIONS = ("float32", "bfloat16")


@dataclasses.dataclass(frozen=True)
class Task:
    """One network, its data, and the targets for the peers' times relative to ours."""

    network: str
    optimizer: str
    batch: int
    # Steps and symbols (or channels) of a sequence, or height, width and channels of an image.
    shape: tuple[int, ...]
    classes: int
    # The number of steps of one timing.
    steps: int
    # The layers in dp-train's recipe.
    layers: str
    # The size of a recurrent network's hidden state.
    hidden: int = 0
    # Whether every step of a sequence has a class.
    every_step: bool = False
    # The least number of steps of a sequence and the mean; None if all have the same.
    lengths: tuple[int, float] | None = None
    # The least ratios of PyTorch's and JAX's best times to ours in float32 that we aim at; None for no aim.
    against_pytorch: float | None = None
    against_jax: float | None = None
    # The same for PyTorch in bfloat16.
    bfloat16_against_pytorch: float | None = None

    def target(self, peer, precision):
        """Returns the least ratio of the peer's best time to ours that we aim at; None for no aim."""
        targets = {
            ("PyTorch", "float32"): self.against_pytorch, ("JAX", "float32"): self.against_jax,
            ("PyTorch", "bfloat16"): self.bfloat16_against_pytorch,
        }
        return targets.get((peer, precision))

    @property
    def is_image(self):
        return len(self.shape) == 3

    @property
    def is_recurrent(self):
        return self.hidden > 0

    def draw_lengths(self, numpy, count):
        """Returns `count` numbers of steps: the least and an exponential distribution, up to that of the shape."""
        least, mean = self.lengths
        drawn = least + numpy.random.default_rng(2).exponential(mean - least, size=count)
        return numpy.minimum(drawn, self.shape[0]).astype("i4")

    @property
    def size(self):
        """The task's size in the table: batch × steps × hidden, or batch × a sample's shape."""
        steps = f"{self.lengths[0]} to {self.shape[0]}" if self.lengths else self.shape[0]
        parts = (self.batch, steps, self.hidden) if self.is_recurrent else (self.batch, *self.shape)
        return " × ".join(map(str, parts))


TASKS = {
    "temporal-order": Task(
        "lstm", "rmsprop", 32, (81, 8), 4, 200, recurrent("lstm", 12, "last", 4), hidden=12,
        against_pytorch=6, against_jax=3),
    "temporal-order-large": Task(
        "lstm", "rmsprop", 256, (81, 8), 4, 2, recurrent("lstm", 128, "last", 4), hidden=128, against_pytorch=2.2,
        bfloat16_against_pytorch=1.3),
    "echo": Task(
        "gru", "adam", 64, (15, 27), 27, 50, recurrent("gru", 64, "all", 27), hidden=64, every_step=True,
        against_pytorch=3, against_jax=2),
    "echo-large": Task(
        "gru", "adam", 256, (20, 27), 27, 8, recurrent("gru", 128, "all", 27), hidden=128, every_step=True,
        against_pytorch=1.7),
    "rnn-relu": Task(
        "rnn-relu", "rmsprop", 32, (8, 8), 4, 500, recurrent("rnn", 4, "last", 4, nonlinearity="relu"), hidden=4,
        against_pytorch=25),
    "gated": Task(
        "gated", "adam", 64, (20, 27), 27, 50, recurrent("gated", 64, "all", 27), hidden=64, every_step=True,
        against_pytorch=4),
    "digits": Task(
        "bi-gru", "adam", 64, (226, 12), 10, 8, recurrent("gru", 64, "last", 10, bidirectional="true"), hidden=64,
        lengths=(12, 42.5), against_pytorch=6),
    "mnist-cnn": Task("mnist-cnn", "adam", 128, (28, 28, 1), 10, 2, MNIST, against_pytorch=1.7, bfloat16_against_pytorch=1.3),
    "cats-dogs": Task(
        "cats-dogs", "sgd", 32, (256, 256, 3), 2, 1, CATS_DOGS, against_pytorch=1.3, bfloat16_against_pytorch=1.3),
    "vgg-cifar": Task("vgg-cifar", "sgd", 128, (32, 32, 3), 10, 1, VGG, against_pytorch=1.15, bfloat16_against_pytorch=1.3),
    "resnet18-cifar": Task("resnet18", "sgd", 128, (32, 32, 3), 10, 1, RESNET18, against_pytorch=2),
    "mobilenet-cifar": Task("mobilenet", "sgd", 128, (32, 32, 3), 10, 1, MOBILENET, against_pytorch=1.5),
    "fcn-series": Task("fcn", "adam", 16, (427, 1), 6, 2, fcn(6)),
}
