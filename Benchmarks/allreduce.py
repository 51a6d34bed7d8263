#!/usr/bin/env python3
"""Compares sums of vectors over ranks: dp-train's tree, MPI_Allreduce and PyTorch's gloo.

    swift build -c release
    python3 -m venv venv && venv/bin/pip install numpy torch
    venv/bin/python Benchmarks/allreduce.py [--ranks 2] [--rounds 5]

Float32, 4 KiB to 64 MiB. Values are written again before each sum. Each process has one thread and is bound to no core.
dp-train's own benchmark times its tree and MPI_Allreduce in turns, and gloo takes turns with it. The table gives medians and
ranges over the rounds, and the ratios of each round. Only the tree gives the same bits on any number of ranks.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from scaling import MPIRUN  # noqa: E402
from table import processor, spread  # noqa: E402

TREE, MPI, GLOO = "dp-train's tree", "MPI_Allreduce", "gloo"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=int, default=2, help="ranks (2)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--launcher", default=MPIRUN, help="the command that starts {ranks} ranks")
    parser.add_argument("--python", default=sys.executable, help="the Python that has PyTorch (this one)")
    options = parser.parse_args()
    if options.ranks < 2 or options.rounds < 1:
        parser.error("--ranks must be at least 2, --rounds 1")
    return options


def run(command):
    """Returns the JSON objects that `command` prints, one per line."""
    environment = os.environ | {
        "OMP_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with status {done.returncode}:\n{done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def measure(options):
    """Returns the milliseconds of each round by program and size."""
    launch = shlex.split(options.launcher.replace("{ranks}", str(options.ranks)))
    ours = [*launch, *shlex.split(options.ours), "benchmark", "--allreduce", "--json"]
    torchrun = [options.python, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={options.ranks}"]
    times = {TREE: {}, MPI: {}, GLOO: {}}
    for turn in range(options.rounds):
        print(f"round {turn + 1} of {options.rounds}", file=sys.stderr)
        (found,) = run(ours)
        for row in found["rows"]:
            times[TREE].setdefault(row["bytes"], []).append(row["treeMs"])
            times[MPI].setdefault(row["bytes"], []).append(row["nativeMs"])
        for row in run([*torchrun, str(HERE / "peers" / "gloo_allreduce.py"), *map(str, times[TREE])]):
            times[GLOO].setdefault(row["bytes"], []).append(row["ms"])
    return times


def name(size):
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"


def main():
    options = parse_arguments()
    times = measure(options)
    heads = ["size", *(f"{program}, ms" for program in times), f"{MPI} ÷ tree", f"{GLOO} ÷ tree"]
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for size, ours in times[TREE].items():
        cells = [name(size), *(spread(found[size]) for found in times.values())]
        cells += [spread([b / a for a, b in zip(ours, times[peer][size])]) for peer in (MPI, GLOO)]
        print("| " + " | ".join(cells) + " |")
    print(f"\n{options.ranks} ranks; {processor()}, {os.cpu_count()} cores; rounds: {options.rounds}")


if __name__ == "__main__":
    main()
