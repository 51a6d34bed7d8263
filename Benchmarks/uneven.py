#!/usr/bin/env python3
"""Measures what sharing by speed saves: a step of two ranks, one of them at half speed, with even shares and with balanced ones.

    swift build -c release
    python3 Benchmarks/uneven.py                                  a layer of 256 LSTM units on temporal-order, 24 shards
    python3 Benchmarks/uneven.py --recipe cats-dogs shards=24     another recipe

Each rank is bound to a core of its own. One rank is made slow by signals that stop it for every other 4 ms. Each round measures even
and balanced shares, both with and without these. The time of a step is the median of the last third of the steps. The ideal step of
uneven ranks takes 4/3 of one of equal ranks: it has one and a half cores instead of two. The weights of all trainings must have the
same SHA-256.

Measure on an idle machine with two cores or more.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from table import number, processor  # noqa: E402

RECIPE = ["temporal-order", "data.testSize=64", "batch=96", "shards=24", "model.layers.0.lstm.hiddenSize=256"]
MPIRUN = "mpirun -q --allow-run-as-root --bind-to core -np 2"
IDEAL = 4 / 3
PULSE = 0.004


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", nargs="+", default=RECIPE, help="recipe and keys of the trainings")
    parser.add_argument("--steps", type=int, default=900, help="the steps of a training (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each case (%(default)s)")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--launcher", default=MPIRUN, help="the command that starts two ranks, each bound to a core")
    options = parser.parse_args()
    if options.steps < 100 or options.rounds < 1:
        parser.error("--steps must be at least 100, and --rounds at least 1")
    return options


def halve(launcher, has_ended):
    """Stops the second rank that `launcher` started for every other PULSE seconds."""
    ranks = []
    while len(ranks) < 2 and not has_ended.is_set():
        time.sleep(0.05)
        ranks = pathlib.Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    while not has_ended.is_set():
        for sign in signal.SIGSTOP, signal.SIGCONT:
            try:
                os.kill(int(ranks[1]), sign)
            except ProcessLookupError:
                return
            time.sleep(PULSE)


def train(program, options, balance, is_slowed):
    """Returns the seconds of a step for a sample, the SHA-256 of the weights, and the last shares."""
    command = [
        *shlex.split(options.launcher), *program, "train", *options.recipe, f"steps={options.steps}", "epochs=1000000",
        "evaluate.every=0", f"balance={balance}", "--out", "run",
    ]
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+") as log:
        job = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        has_ended = threading.Event()
        halver = threading.Thread(target=halve, args=(job.pid, has_ended))
        if is_slowed:
            halver.start()
        status = job.wait()
        has_ended.set()
        if is_slowed:
            halver.join()
        if status != 0:
            log.seek(0)
            sys.exit(f"{shlex.join(command)} ended with status {status}:\n{log.read().strip()}")
        lines = [json.loads(line) for line in open(f"{folder}/run/metrics.jsonl")]
        weights = hashlib.sha256(pathlib.Path(f"{folder}/run/weights.safetensors").read_bytes()).hexdigest()
    steps = [line for line in lines if line["event"] == "step"]
    shares = [line["shares"] for line in lines if line["event"] == "shares"]
    # By sample, since the last step of an epoch has fewer.
    last = [1 / step["samplesPerSecond"] for step in steps[-options.steps // 3:]]
    return statistics.median(last), weights, shares[-1] if shares else "even"


def main():
    options = parse_arguments()
    program = shlex.split(options.ours)
    program[0] = str(pathlib.Path(program[0]).resolve()) if "/" in program[0] else program[0]
    if pathlib.Path(options.recipe[0]).is_file():
        options.recipe[0] = str(pathlib.Path(options.recipe[0]).resolve())
    print("| round | equal ranks, auto ÷ even | one slowed, even ÷ ideal | one slowed, auto ÷ ideal | shares |\n|---|---|---|---|---|")
    columns, hashes = [], set()
    for turn in range(options.rounds):
        even, auto, slowed, balanced = (
            train(program, options, balance, is_slowed)
            for is_slowed in (False, True) for balance in ("even", "auto"))
        ratios = auto[0] / even[0], slowed[0] / even[0] / IDEAL, balanced[0] / even[0] / IDEAL
        columns.append(ratios)
        hashes |= {even[1], auto[1], slowed[1], balanced[1]}
        print(f"| {turn + 1} | {' | '.join(map(number, ratios))} | {balanced[2]} |", flush=True)
    print(f"| median | {' | '.join(number(statistics.median(column)) for column in zip(*columns))} | |")
    if len(hashes) != 1:
        sys.exit("the weights differ")
    print(f"\nThe same weights in all trainings: {hashes.pop()}; {processor()}")


if __name__ == "__main__":
    main()
