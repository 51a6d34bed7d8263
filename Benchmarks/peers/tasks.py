"""The tasks that compare.py measures, in numbers, and what the peers' scripts share.

A step is: zero the gradients, forward, loss, backward, optimizer; float32, data already in memory. Inputs are one-hot
sequences of `inputs` symbols, the loss is the cross-entropy of a linear layer on the last step's output, the optimizer is
RMSprop (learning rate 0.001, decay 0.99, epsilon 1e-8). `steps` is how many steps one timing takes; `layer` is the recurrent
layer in dp-train's recipe.
"""

import argparse
import dataclasses
import json
import statistics
import time


@dataclasses.dataclass(frozen=True)
class Task:
    cell: str
    batch: int
    length: int
    inputs: int
    hidden: int
    classes: int
    steps: int
    layer: str


TASKS = {
    "temporal-order": Task("lstm", 32, 81, 8, 12, 4, 200, "lstm: {hiddenSize: 12, output: last}"),
    "rnn-relu": Task("rnn-relu", 32, 8, 8, 4, 4, 1000, "rnn: {hiddenSize: 4, nonlinearity: relu, output: last}"),
}


def parse_arguments(description, **options):
    """The command line of a peer: the task, the steps of one timing, and `options` (name to a dictionary for argparse)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("task", choices=TASKS, type=str)
    parser.add_argument("--steps", type=int, required=True, help="steps of one timing")
    for name, settings in options.items():
        parser.add_argument(f"--{name}", **settings)
    return parser.parse_args()


def report(step, finish, steps, version, timings=5):
    """Warms up, times `steps` calls of `step` several times, and prints the median per step and `version` as JSON.

    `finish` waits for work that is still under way.
    """

    def run(count):
        for _ in range(count):
            step()
        finish()

    run(max(20, steps // 5))
    seconds = []
    for _ in range(timings):
        start = time.perf_counter()
        run(steps)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"msPerStep": statistics.median(seconds) / steps * 1e3, "version": version}))
