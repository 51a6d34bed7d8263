"""The shapes of a network's layers: (features,), (steps, features) or (height, width, channels).

A layer is the recipe's mapping of its name to its keys, or its name alone.
"""

RECURRENT = ("lstm", "gru", "rnn", "gated")


class DoesNotFit(Exception):
    """Raised if a layer cannot take its input."""


def name_and_keys(layer):
    """A layer's name and its keys, as given."""
    if isinstance(layer, str):
        return layer, {}
    ((name, keys),) = layer.items()
    return name, keys or {}


def pair(value):
    """Returns the sizes for height and width."""
    return tuple(value) if isinstance(value, list) else (value, value)


def window_of(name, keys):
    """Kernel, stride, padding and dilation of a convolution or a pooling layer, each for both axes.

    An axis' padding is two numbers: the zeros in front and behind.
    """
    kernel = pair(keys["kernel"])
    stride = keys.get("stride")
    if stride is None:
        stride = keys["kernel"] if name.endswith("pool") else 1
    dilation = pair(keys.get("dilation", 1))
    padding = keys.get("padding", 0)
    if padding in ("same", "causal"):
        every = [gap * (taps - 1) for gap, taps in zip(dilation, kernel)]
        padding = tuple((size // 2, size - size // 2) if padding == "same" else (size, 0) for size in every)
    else:
        padding = tuple((size, size) for size in pair(padding))
    return kernel, pair(stride), padding, dilation


def size_after(size, kernel, stride, padding, dilation, rounds_up=False):
    """The size rule: ⌊(size + padding − dilation (kernel − 1) − 1) / stride⌋ + 1, with the padding in front and behind.

    A rule that rounds up leaves out a last window that would begin in the padding behind.
    """
    room = size + sum(padding) - dilation * (kernel - 1) - 1
    result = -(-room // stride) + 1 if rounds_up else room // stride + 1
    if rounds_up and (result - 1) * stride >= size + padding[0]:
        result -= 1
    if result < 1:
        raise DoesNotFit(f"a size of {size} under a kernel of {kernel}")
    return result


def slide(name, keys, shape):
    """The extents, without features, of a window's output for an input of `shape`."""
    rounds_up = keys.get("ceilMode", False)
    return tuple(size_after(size, *axis, rounds_up) for size, axis in zip(shape[:-1], zip(*window_of(name, keys))))


def transposed_size(size, kernel, stride, padding, dilation, more):
    """The size that a transposed convolution gives, with `more` pixels behind."""
    result = (size - 1) * stride - sum(padding) + dilation * (kernel - 1) + more + 1
    if result < 1 or more >= max(stride, dilation):
        raise DoesNotFit(f"a size of {size} under a transposed kernel of {kernel}")
    return result


def shape_after(layer, shape):
    """A layer's output shape for an input of `shape`."""
    name, keys = name_and_keys(layer)
    if name in ("linear", "embedding"):
        return (*shape[:-1], keys["outputs" if name == "linear" else "dimension"])
    if name in ("conv1d", "conv2d"):
        return (*slide(name, keys, shape), keys["outputs"])
    if name in ("max-pool", "average-pool"):
        return (*slide(name, keys, shape), shape[-1])
    if name in ("conv-transpose1d", "conv-transpose2d"):
        axes = zip(shape[:-1], *window_of(name, keys), pair(keys.get("outputPadding", 0)))
        return (*(transposed_size(*axis) for axis in axes), keys["outputs"])
    if name == "adaptive-average-pool":
        return (*pair(keys["size"])[: len(shape) - 1], shape[-1])
    if name == "upsample":
        return (*(size * scale for size, scale in zip(shape[:-1], pair(keys["scale"]))), shape[-1])
    if name in ("global-average-pool", "global-max-pool", "attention-pool"):
        return shape[-1:]
    if name == "flatten":
        result = 1
        for extent in shape:
            result *= extent
        return (result,)
    if name in RECURRENT:
        features = keys.get("hiddenSize", 4) * (2 if keys.get("bidirectional") else 1)
        return (shape[0], features) if keys.get("output") == "all" else (features,)
    if name == "sequential":
        return shape_through(keys["layers"], shape)
    if name == "branches":
        return joined(keys["join"], [shape_through(path, shape) for path in keys["paths"]])
    if name == "residual":
        body = shape_through(keys["body"], shape)
        if body != shape_through(keys.get("shortcut") or [], shape):
            raise DoesNotFit("body and shortcut differ")
        return body
    return shape


def joined(join, shapes):
    """The shape of joined outputs of paths."""
    if join == "concat":
        if len({shape[:-1] for shape in shapes}) > 1:
            raise DoesNotFit("paths of different steps or pixels")
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))
    whole = max(shapes, key=lambda shape: (rows_of(shape) > 1, len(shape)))
    for shape in shapes:
        shared = rows_of(shape) == 1 and shape[-1] == whole[-1] and len(shape) in (1, len(whole))
        if shape != whole and not shared:
            raise DoesNotFit("paths of different shapes")
    return whole


def rows_of(shape):
    """The steps or pixels of a sample."""
    rows = 1
    for extent in shape[:-1]:
        rows *= extent
    return rows


def shape_through(layers, shape):
    """The output shape of layers one after the other."""
    for layer in layers:
        shape = shape_after(layer, shape)
    return shape


def every_layer(layers):
    """All layers, nested ones too, as names and keys."""
    for layer in layers:
        name, keys = name_and_keys(layer)
        yield name, keys
        for part in ("body", "shortcut", "layers"):
            if isinstance(keys.get(part), list):
                yield from every_layer(keys[part])
        for path in keys.get("paths", ()):
            yield from every_layer(path)
