#!/usr/bin/env python3
"""Measures what sharing by speed saves: a step of two ranks, one of them at half speed, with even shares and with balanced ones.

    swift build -c release
    python3 Benchmarks/uneven.py                                  a layer of 512 LSTM units on temporal-order, 24 shards
    python3 Benchmarks/uneven.py --recipe cats-dogs shards=24     another recipe

Each rank is bound to a core of its own. Four trainings run in turns of some steps, while the others are stopped: so noise of the
machine meets all of them alike. Two have equal ranks, and two a rank that signals stop for every other 4 ms; of both pairs one has even
and one balanced shares. A round is one turn of each. The time of a step is the median of its turn. The ideal step of uneven ranks takes
4/3 of one of equal ranks with even shares: there are one and a half cores instead of two. The first rounds are left out, since balanced
shares have yet to be found. The weights of all trainings must have the same SHA-256.

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
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from table import number, processor  # noqa: E402

RECIPE = [
    "temporal-order", "data.testSize=64", "data.epochSize=3840", "batch=384", "shards=24", "model.layers.0.lstm.hiddenSize=512"]
MPIRUN = "mpirun -q --allow-run-as-root --bind-to core -np 2"
IDEAL = 4 / 3
PULSE = 0.004


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", nargs="+", default=RECIPE, help="recipe and keys of the trainings")
    parser.add_argument("--rounds", type=int, default=20, help="the rounds that count (%(default)s)")
    parser.add_argument("--warm-up", type=int, default=8, help="the rounds before them (%(default)s)")
    parser.add_argument("--steps", type=int, default=20, help="the steps of a turn (%(default)s)")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--launcher", default=MPIRUN, help="the command that starts two ranks, each bound to a core")
    options = parser.parse_args()
    if min(options.rounds, options.steps) < 1 or options.warm_up < 0:
        parser.error("--rounds and --steps must be at least 1, and --warm-up at least 0")
    return options


class Training:
    """A training of two ranks, which runs only in its turns."""

    def __init__(self, folder, program, options, balance, is_slowed):
        self.folder, self.balance, self.is_slowed = folder, balance, is_slowed
        os.mkdir(folder)
        # Turns end some steps late.
        self.steps = (options.warm_up + options.rounds) * options.steps * 5 // 4
        self.command = [
            *shlex.split(options.launcher), *program, "train", *options.recipe, f"steps={self.steps}", "epochs=1000000",
            "evaluate.every=0", f"balance={balance}", "--out", "run",
        ]
        self.log = open(f"{folder}/log", "w")
        self.job = subprocess.Popen(self.command, cwd=folder, stdout=self.log, stderr=self.log)
        self.ranks, self.metrics, self.rest = [], None, ""
        # The samples per second of each step, and the shares after each change.
        self.speeds, self.shares = [], []
        while self.metrics is None and self.job.poll() is None:
            time.sleep(0.02)
            children = pathlib.Path(f"/proc/{self.job.pid}/task/{self.job.pid}/children").read_text().split()
            if len(children) == 2 and os.path.exists(f"{folder}/run/metrics.jsonl"):
                self.ranks = [int(child) for child in children]
                self.metrics = open(f"{folder}/run/metrics.jsonl")
                self.send(signal.SIGSTOP, self.ranks)

    def send(self, sign, ranks):
        for rank in ranks:
            try:
                os.kill(rank, sign)
            except ProcessLookupError:
                pass

    def read(self):
        *lines, self.rest = (self.rest + self.metrics.read()).split("\n") if self.metrics else [""]
        for line in map(json.loads, lines):
            if line["event"] == "step":
                self.speeds.append(line["samplesPerSecond"])
            elif line["event"] == "shares":
                self.shares.append((line["step"], line["shares"]))

    def turn(self, steps):
        """Runs for that many steps, and returns the seconds of a sample in the median step."""
        first = len(self.speeds)
        self.send(signal.SIGCONT, self.ranks)
        while len(self.speeds) < first + steps:
            for _ in range(5):
                time.sleep(PULSE)
                if self.is_slowed:
                    self.send(signal.SIGSTOP, self.ranks[1:])
                time.sleep(PULSE)
                self.send(signal.SIGCONT, self.ranks[1:])
            self.read()
            if len(self.speeds) == self.steps:
                sys.exit(f"steps are too short for turns of {steps}: take more --steps")
            if self.job.poll() is not None:
                self.fail()
        self.send(signal.SIGSTOP, self.ranks)
        return statistics.median(1 / speed for speed in self.speeds[first:])

    def finish(self):
        """Runs to the end."""
        self.send(signal.SIGCONT, self.ranks)
        if self.job.wait() != 0:
            self.fail()
        self.read()

    def fail(self):
        sys.exit(f"{shlex.join(self.command)} ended with status {self.job.wait()}:\n{open(self.log.name).read().strip()}")

    def weights(self):
        return hashlib.sha256(pathlib.Path(f"{self.folder}/run/weights.safetensors").read_bytes()).hexdigest()

    def end(self):
        """Ends the ranks if they still run."""
        if self.job.poll() is None:
            self.send(signal.SIGKILL, self.ranks)
            self.job.terminate()
            self.job.wait()
        self.log.close()


def measure(options, program, folder):
    kinds = [(balance, is_slowed) for is_slowed in (False, True) for balance in ("even", "auto")]
    trainings = []
    try:
        for index, kind in enumerate(kinds):
            trainings.append(Training(f"{folder}/{index}", program, options, *kind))
        columns = []
        print("| round | equal ranks, auto ÷ even | one slowed, even ÷ ideal | one slowed, auto ÷ ideal |\n|---|---|---|---|")
        for turn in range(options.warm_up + options.rounds):
            even, auto, slowed, balanced = (training.turn(options.steps) for training in trainings)
            if turn >= options.warm_up:
                columns.append((auto / even, slowed / even / IDEAL, balanced / even / IDEAL))
                print(f"| {len(columns)} | {' | '.join(map(number, columns[-1]))} |", flush=True)
        print(f"| median | {' | '.join(number(statistics.median(column)) for column in zip(*columns))} |")
        for training in trainings:
            training.finish()
            if training.balance == "auto":
                name = "one slowed" if training.is_slowed else "equal ranks"
                print(f"\n{name}: {', '.join(f'{shares} after step {step}' for step, shares in training.shares)}")
        hashes = {training.weights() for training in trainings}
    finally:
        for training in trainings:
            training.end()
    if len(hashes) != 1:
        sys.exit("the weights differ")
    print(f"\nThe same weights in all trainings: {hashes.pop()}; {processor()}")


def main():
    options = parse_arguments()
    program = shlex.split(options.ours)
    program[0] = str(pathlib.Path(program[0]).resolve()) if "/" in program[0] else program[0]
    if pathlib.Path(options.recipe[0]).is_file():
        options.recipe[0] = str(pathlib.Path(options.recipe[0]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        measure(options, program, folder)


if __name__ == "__main__":
    main()
