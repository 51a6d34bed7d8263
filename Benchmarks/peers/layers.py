"""The layers of the tasks' networks in dp-train's recipes, and the sizes that the peers' networks share with them."""


def keys(**values):
    return ", ".join(f"{name}: {value}" for name, value in values.items())


def sequence(layers):
    return f"[{', '.join(layers)}]"


def linear(outputs):
    return f"{{linear: {{outputs: {outputs}}}}}"


def recurrent(cell, hidden, output, classes, **more):
    return sequence([f"{{{cell}: {{{keys(hiddenSize=hidden, output=output, **more)}}}}}", linear(classes)])


def conv2d(outputs, kernel=3, **more):
    return f"{{conv2d: {{{keys(outputs=outputs, kernel=kernel, **more)}}}}}"


def normalized(outputs, kernel=3, **more):
    """A convolution without bias, and batch normalization."""
    return f"{conv2d(outputs, kernel, bias='false', **more)}, batch-norm"


def block(outputs, stride, shortcut=None):
    """A residual block of two convolutions, and the ReLU behind it."""
    body = sequence([normalized(outputs, stride=stride, padding=1), "relu", normalized(outputs, padding=1)])
    around = {} if shortcut is None else {"shortcut": f"[{shortcut}]"}
    return f"{{residual: {{{keys(body=body, **around)}}}}}, relu"


def dropout(probability):
    return f"{{dropout: {{probability: {probability}}}}}"


POOL = "{max-pool: {kernel: 2}}"

# The network of PyTorch's MNIST example.
MNIST = sequence([
    conv2d(32), "relu", conv2d(64), "relu", POOL, dropout(0.25), "flatten", linear(128), "relu", dropout(0.5), linear(10),
])

# Channels of a small residual network: of the first convolution and of the blocks, which halve height and width.
RESIDUAL = (32, 64, 128, 256)
CATS_DOGS = sequence([
    normalized(RESIDUAL[0], stride=2, padding=1), "relu",
    *(block(outputs, 2, conv2d(outputs, 1, stride=2, bias="false")) for outputs in RESIDUAL[1:]),
    "global-average-pool", linear(2),
])

# Channels of pairs of convolutions, each pair followed by pooling.
PAIRS = (64, 128, 256)
VGG = sequence([
    *(f"{conv2d(c, padding=1)}, relu, {conv2d(c, padding=1)}, relu, {POOL}" for c in PAIRS), "flatten", linear(10),
])

# Channels of ResNet-18's stages (He et al. 2015). Each has two blocks; the first one halves height and width, except in the
# first stage. The first convolution is for small images: 3×3, without pooling.
STAGES = (64, 128, 256, 512)


def stage(outputs):
    first = block(outputs, 1) if outputs == STAGES[0] else block(outputs, 2, normalized(outputs, 1, stride=2))
    return f"{first}, {block(outputs, 1)}"


RESNET18 = sequence([
    normalized(STAGES[0], padding=1), "relu", *map(stage, STAGES), "global-average-pool", linear(10),
])

# MobileNet's pairs of a depthwise 3×3 convolution and a 1×1 convolution (Howard et al. 2017): inputs, outputs, and the
# first one's stride. The strides are for small images.
STEM = 32
SEPARABLE = (
    (STEM, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2), *[(512, 512, 1)] * 5,
    (512, 1024, 2), (1024, 1024, 1),
)


def separable(inputs, outputs, stride):
    depthwise = normalized(inputs, stride=stride, padding=1, groups=inputs)
    return f"{depthwise}, relu, {normalized(outputs, 1)}, relu"


MOBILENET = sequence([
    normalized(STEM, padding=1), "relu", *(separable(*pair) for pair in SEPARABLE), "global-average-pool", linear(10),
])

# Channels and taps of a fully convolutional network for series (Wang et al. 2016). Both ends get the same padding, so the
# convolution of 8 taps adds a step.
SERIES = ((128, 8), (256, 5), (128, 3))


def fcn(classes):
    convolutions = [
        f"{{conv1d: {{{keys(outputs=outputs, kernel=taps, padding=taps // 2, bias='false')}}}}}, batch-norm, relu"
        for outputs, taps in SERIES
    ]
    return sequence([*convolutions, "global-average-pool", linear(classes)])
