#!/usr/bin/env python3
"""Compares two ways to compute dp-train's steps, such as two precisions or two instruction sets, and prints a Markdown table.

    swift build -c release
    python3 -m venv venv && venv/bin/pip install numpy
    venv/bin/python Benchmarks/precisions.py                        float32 and bfloat16, on a few tasks
    venv/bin/python Benchmarks/precisions.py digits --rounds 7 --seconds 1.5
    venv/bin/python Benchmarks/precisions.py echo-large --first float32@avx512 --second bfloat16@avx512
    venv/bin/python Benchmarks/precisions.py mnist-cnn --first float32@avx2 --second float32@avx512

A way is a precision, or a precision and an instruction set (DPTRAIN_INSTRUCTION_SET). Each measurement is a process of its
own, bound to one core: `dp-train benchmark --seconds`. The two take turns, so that other load on the machine affects both. The
table has the median of each, and the median and range (least to greatest) of the ratios of the rounds. The tasks are those of
compare.py.

Measure on an idle machine, and check the ranges before you believe a ratio.
"""

import argparse
import pathlib
import shlex
import statistics
import sys
import tempfile

# compare.py adds the folder of the tasks to the path.
from compare import Refusal, run, usable_core, write_samples
from programs import settings_of
from table import number, processor, spread, times
from tasks import PRECISIONS, TASKS

DEFAULT_TASKS = ("temporal-order-large", "echo-large", "mnist-cnn")


def parse_way(text):
    """Returns the precision and the instruction set of a way; the set is empty if it is dp-train's own choice."""
    precision, _, instructions = text.partition("@")
    if precision not in PRECISIONS:
        raise argparse.ArgumentTypeError(f"'{text}' is not one of {', '.join(PRECISIONS)}, with @SET or without")
    return precision, instructions


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"any of {', '.join(TASKS)}")
    way = {"type": parse_way, "metavar": "WAY", "help": "PRECISION or PRECISION@SET (%(default)s)"}
    parser.add_argument("--first", default=PRECISIONS[0], **way)
    parser.add_argument("--second", default=PRECISIONS[1], **way)
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="how long one takes (%(default)s)")
    parser.add_argument("--core", type=int, help="the core to bind to (the last one that may be used)")
    parser.add_argument(
        "--ours", default=str(pathlib.Path(__file__).resolve().parent.parent / ".build/release/dp-train"),
        help="the command of dp-train")
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"there is no task '{task}'; there are {', '.join(TASKS)}")
    options.tasks = options.tasks or DEFAULT_TASKS
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; it must be at least 1")
    options.core = usable_core(parser, options.core)
    options.avx2 = False
    return options


def name(way):
    return "@".join(part for part in way if part)


def measure(task, options):
    """Returns the results of both ways, one for each round."""
    results = ([], [])
    with tempfile.TemporaryDirectory() as folder:
        samples = write_samples(TASKS[task], folder)
        for turn in range(options.rounds):
            print(f"{task}: round {turn + 1} of {options.rounds}", file=sys.stderr)
            for found, (precision, instructions) in zip(results, (options.first, options.second)):
                settings = settings_of(TASKS[task], samples, precision)
                command = [*shlex.split(options.ours), "benchmark", *settings, "--seconds", str(options.seconds), "--json"]
                variables = {"DPTRAIN_INSTRUCTION_SET": instructions} if instructions else {}
                found.append(run(command, variables, options))
    return results


def main():
    options = parse_arguments()
    first, second = name(options.first), name(options.second)
    print(f"| task of `compare.py` | {first}, ms | {second}, ms | {first} ÷ {second} |\n|---|---|---|---|")
    sets = {}
    for task in options.tasks:
        try:
            results = measure(task, options)
        except Refusal as refusal:
            print(f"{task} is left out; dp-train refuses it: {refusal}", file=sys.stderr)
            continue
        for way, found in zip((first, second), results):
            sets.setdefault(way, set()).update(result["instructionSet"] for result in found)
        medians = [number(statistics.median(times(found))) for found in results]
        ratios = [a / b for a, b in zip(*map(times, results))]
        print(f"| {task}, {TASKS[task].size} | {' | '.join(medians)} | {spread(ratios)} |", flush=True)
    used = "; ".join(f"{way} with {', '.join(sorted(found))}" for way, found in sets.items())
    bound = "no core" if options.core is None else f"core {options.core}"
    print(f"\n{processor()}, bound to {bound}; {used}; rounds: {options.rounds}, of {options.seconds:g} s")


if __name__ == "__main__":
    main()
