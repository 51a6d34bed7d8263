#!/usr/bin/env python3
"""One task's training step in JAX on the CPU, compiled as one function; started by compare.py.

    jax_step.py TASK --steps N [--unroll 4]
"""

import functools

import jax
import jax.numpy as jnp
from tasks import TASKS
from timing import parse_arguments, report

options = parse_arguments(__doc__, unroll={"type": int, "default": 1, "help": "steps of the sequence in one loop turn"})
task = TASKS[options.task]
keys = iter(jax.random.split(jax.random.key(1), 32))


def uniform(inputs, *shape):
    bound = inputs**-0.5
    return jax.random.uniform(next(keys), shape, minval=-bound, maxval=bound)


def labels(*shape):
    return jax.random.randint(next(keys), shape, 0, task.classes)


def lstm(w, state, projected):
    hidden, cell = state
    i, f, g, o = jnp.split(projected + hidden @ w["recurrent"], 4, axis=-1)
    cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
    hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
    return (hidden, cell), hidden


def gru(w, state, projected):
    (hidden,) = state
    xr, xz, xn = jnp.split(projected, 3, axis=-1)
    hr, hz, hn = jnp.split(hidden @ w["recurrent"] + w["recurrentBias"], 3, axis=-1)
    keep = jax.nn.sigmoid(xz + hz)
    hidden = (1 - keep) * jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn) + keep * hidden
    return (hidden,), hidden


def rnn_relu(w, state, projected):
    hidden = jax.nn.relu(projected + state[0] @ w["recurrent"])
    return (hidden,), hidden


def recurrent():
    """Returns weights, data, and the function that computes the outputs."""
    cell, gates, states = {"lstm": (lstm, 4, 2), "gru": (gru, 3, 1), "rnn-relu": (rnn_relu, 1, 1)}[task.network]
    (length, inputs), hidden = task.shape, task.hidden
    weights = {
        "input": uniform(hidden, inputs, gates * hidden),
        "recurrent": uniform(hidden, hidden, gates * hidden),
        "bias": uniform(hidden, gates * hidden),
        "recurrentBias": uniform(hidden, gates * hidden),
        "linear": uniform(hidden, hidden, task.classes),
        "linearBias": uniform(hidden, task.classes),
    }
    x = jax.nn.one_hot(jax.random.randint(next(keys), (length, task.batch), 0, inputs), inputs)

    def outputs(w, x, key):
        start = (jnp.zeros((task.batch, hidden)),) * states
        # One product for the inputs of all steps, before the recurrence.
        bias = w["bias"] if task.network == "gru" else w["bias"] + w["recurrentBias"]
        projected = x @ w["input"] + bias
        (last, *_), every = jax.lax.scan(functools.partial(cell, w), start, projected, unroll=options.unroll)
        return (every if task.every_step else last) @ w["linear"] + w["linearBias"]

    return weights, x, labels(length, task.batch) if task.every_step else labels(task.batch), outputs


def mnist():
    """Returns the same for the convolutional network, channels last."""
    shapes = {"first": (3, 3, 1, 32), "second": (3, 3, 32, 64), "third": (9216, 128), "fourth": (128, 10)}
    weights = {}
    for name, shape in shapes.items():
        inputs = functools.reduce(lambda a, b: a * b, shape[:-1])
        weights[name] = (uniform(inputs, *shape), uniform(inputs, shape[-1]))
    x = jax.random.normal(next(keys), (task.batch, *task.shape))

    def convolve(x, weight):
        layout = ("NHWC", "HWIO", "NHWC")
        return jax.lax.conv_general_dilated(x, weight[0], (1, 1), "VALID", dimension_numbers=layout) + weight[1]

    def drop(key, share, x):
        return jnp.where(jax.random.bernoulli(key, 1 - share, x.shape), x / (1 - share), 0)

    def outputs(w, x, key):
        keys = jax.random.split(key)
        x = jax.nn.relu(convolve(jax.nn.relu(convolve(x, w["first"])), w["second"]))
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        x = drop(keys[0], 0.25, x).reshape(task.batch, -1)
        x = drop(keys[1], 0.5, jax.nn.relu(x @ w["third"][0] + w["third"][1]))
        return x @ w["fourth"][0] + w["fourth"][1]

    return weights, x, labels(task.batch), outputs


weights, x, y, outputs = mnist() if task.network == "mnist-cnn" else recurrent()


def loss(w, x, y, key):
    scores = jax.nn.log_softmax(outputs(w, x, key))
    return -jnp.take_along_axis(scores, y[..., None], axis=-1).mean()


def rmsprop(w, means, squares, gradients, number):
    squares = jax.tree.map(lambda s, g: 0.99 * s + 0.01 * g * g, squares, gradients)
    return jax.tree.map(lambda w, g, s: w - 1e-3 * g / (jnp.sqrt(s) + 1e-8), w, gradients, squares), means, squares


def adam(w, means, squares, gradients, number):
    means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
    squares = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, squares, gradients)
    first, second = 1 - 0.9 ** (number + 1.0), 1 - 0.999 ** (number + 1.0)
    w = jax.tree.map(lambda w, m, s: w - 1e-3 * (m / first) / (jnp.sqrt(s / second) + 1e-8), w, means, squares)
    return w, means, squares


@functools.partial(jax.jit, donate_argnums=(0, 1, 2))
def train(w, means, squares, x, y, number):
    gradients = jax.grad(loss)(w, x, y, jax.random.fold_in(jax.random.key(2), number))
    update = rmsprop if task.optimizer == "rmsprop" else adam
    return update(w, means, squares, gradients, number)


state = (weights, jax.tree.map(jnp.zeros_like, weights), jax.tree.map(jnp.zeros_like, weights))
count = 0


def step():
    global state, count
    state = train(*state, x, y, count)
    count += 1


facts = {"version": f"JAX {jax.__version__}", "parameters": sum(array.size for array in jax.tree.leaves(weights))}
report(step, lambda: jax.block_until_ready(state), options.steps, facts)
