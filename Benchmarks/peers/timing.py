"""Functions that the peers' scripts share: they parse the command line and time a step."""

import argparse
import json
import statistics
import time

from tasks import TASKS

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


def report(step, finish, steps, facts, is_first=True):
    """Warms up, times `steps` calls of `step` several times, and prints the median per step and `facts` as JSON.

    `facts` are the peer's version and the number of the network's parameters. `finish` waits for unfinished
    work. Only the first process prints.
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
        print(json.dumps({"msPerStep": statistics.median(seconds) / steps * 1e3, **facts}))
