#!/usr/bin/env python3
"""Measures what dividing costs: a sweep on several ranks beside the same trainings one after the other on one core.

    swift build -c release
    python3 Benchmarks/sweep.py                                   16 seeds of temporal-order on 2 ranks: 60, 200 and 600 epochs
    python3 Benchmarks/sweep.py --recipe names --epochs 2 --variants 8 --ranks 4

Each round trains all variants one after the other, each as a process of its own that is bound to one core, and then runs the
sweep. All times are from start to end of the processes. The table has, for each number of epochs, the mean time of a training,
and of each round the sweep's time divided by the sum of the trainings' times over the number of ranks. An ideal division has
1. A first sweep that is not counted brings the program into memory.

Measure on an idle machine with at least as many cores as ranks.
"""

import argparse
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from table import number, processor  # noqa: E402

MPIRUN = "mpirun -q --oversubscribe --bind-to none -np {ranks}"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="temporal-order", help="the recipe of all trainings (%(default)s)")
    parser.add_argument("--variants", type=int, default=16, help="the number of seeds (%(default)s)")
    parser.add_argument("--epochs", type=int, nargs="+", default=[60, 200, 600], help="the lengths of the trainings (60 200 600)")
    parser.add_argument("--ranks", type=int, default=2, help="the number of ranks of the sweep (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each length (%(default)s)")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--launcher", default=MPIRUN, help="the command that starts {ranks} ranks of dp-train")
    options = parser.parse_args()
    for key in "variants", "ranks", "rounds":
        if getattr(options, key) < 1:
            parser.error(f"--{key} is {getattr(options, key)}; it must be at least 1")
    return options


def seconds(command, folder, core=None):
    """Runs `command` in `folder`, bound to a core if one is given; returns how long it takes."""
    bind = None if core is None else lambda: os.sched_setaffinity(0, {core})
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, preexec_fn=bind, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with status {done.returncode}:\n{done.stderr.strip()}")
    return time.perf_counter() - start


def sweep(program, epochs, options):
    """Returns the time of a sweep of all seeds."""
    command = [
        *shlex.split(options.launcher.format(ranks=options.ranks)), *program, "sweep", options.recipe, f"epochs={epochs}",
        f"seed=1..{options.variants}", "--out", "sweep",
    ]
    with tempfile.TemporaryDirectory() as folder:
        return seconds(command, folder)


def trainings(program, epochs, options):
    """Returns the times of the same trainings, one after the other on one core."""
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    with tempfile.TemporaryDirectory() as folder:
        return [
            seconds([*program, "train", options.recipe, f"epochs={epochs}", f"seed={seed}", "--out", f"run-{seed}"], folder, core)
            for seed in range(1, options.variants + 1)
        ]


def main():
    options = parse_arguments()
    # The programs run in folders of their own.
    program = shlex.split(options.ours)
    program[0] = str(pathlib.Path(program[0]).resolve()) if "/" in program[0] else program[0]
    if pathlib.Path(options.recipe).is_file():
        options.recipe = str(pathlib.Path(options.recipe).resolve())
    sweep(program, options.epochs[0], options)
    print(f"| epochs | a training, s | time of the sweep ÷ sum of the trainings / {options.ranks} |\n|---|---|---|")
    for epochs in options.epochs:
        means, ratios = [], []
        for _ in range(options.rounds):
            alone = trainings(program, epochs, options)
            means.append(statistics.mean(alone))
            ratios.append(sweep(program, epochs, options) * options.ranks / sum(alone))
        print(f"| {epochs} | {number(statistics.median(means))} | {', '.join(map(number, sorted(ratios)))} |", flush=True)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"\n{options.variants} variants of {options.recipe} on {options.ranks} ranks; {processor()}, {cores} cores")


if __name__ == "__main__":
    main()
