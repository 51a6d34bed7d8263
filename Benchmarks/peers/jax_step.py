#!/usr/bin/env python3
"""One task's training step in JAX, the whole step compiled as one function, on the CPU; started by compare.py.

    jax_step.py TASK --steps N [--unroll 4]
"""

import functools

import jax
import jax.numpy as jnp
from tasks import TASKS, parse_arguments, report

options = parse_arguments(__doc__, unroll={"type": int, "default": 1, "help": "steps of the sequence in one loop turn"})
task = TASKS[options.task]
keys = iter(jax.random.split(jax.random.key(1), 16))


def uniform(bound, *shape):
    return jax.random.uniform(next(keys), shape, minval=-bound, maxval=bound)


gates = 4 if task.cell == "lstm" else 1
bound = task.hidden**-0.5
weights = {
    "input": uniform(bound, task.inputs, gates * task.hidden),
    "recurrent": uniform(bound, task.hidden, gates * task.hidden),
    "bias": uniform(bound, gates * task.hidden),
    "linear": uniform(bound, task.hidden, task.classes),
    "linearBias": uniform(bound, task.classes),
}
x = jax.nn.one_hot(jax.random.randint(next(keys), (task.length, task.batch), 0, task.inputs), task.inputs)
y = jax.random.randint(next(keys), (task.batch,), 0, task.classes)


def lstm(w, state, projected):
    hidden, cell = state
    i, f, g, o = jnp.split(projected + hidden @ w["recurrent"], 4, axis=-1)
    cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
    return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None


def rnn_relu(w, state, projected):
    return (jax.nn.relu(projected + state[0] @ w["recurrent"]),), None


def loss(w, x, y):
    body = functools.partial(lstm if task.cell == "lstm" else rnn_relu, w)
    zeros = jnp.zeros((task.batch, task.hidden))
    start = (zeros, zeros) if task.cell == "lstm" else (zeros,)
    # All steps' inputs in one product, ahead of the recurrence.
    (hidden, *_), _ = jax.lax.scan(body, start, x @ w["input"] + w["bias"], unroll=options.unroll)
    scores = jax.nn.log_softmax(hidden @ w["linear"] + w["linearBias"])
    return -jnp.take_along_axis(scores, y[:, None], axis=1).mean()


@functools.partial(jax.jit, donate_argnums=(0, 1))
def train(w, squares, x, y):
    gradients = jax.grad(loss)(w, x, y)
    squares = jax.tree.map(lambda s, g: 0.99 * s + 0.01 * g * g, squares, gradients)
    w = jax.tree.map(lambda w, g, s: w - 1e-3 * g / (jnp.sqrt(s) + 1e-8), w, gradients, squares)
    return w, squares


state = (weights, jax.tree.map(jnp.zeros_like, weights))


def step():
    global state
    state = train(*state, x, y)


report(step, lambda: jax.block_until_ready(state), options.steps, f"JAX {jax.__version__}")
