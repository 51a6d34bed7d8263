#!/usr/bin/env python3
"""Trains random recipes with dp-train and in PyTorch, and compares all numbers.

    replay.py --program .build/release/dp-train --seeds 1-40       the recipes of these seeds
    replay.py --program .build/release/dp-train --seeds 17 --keep DIR      one recipe; keeps its files

A recipe, its data and its initial weights are a function of its seed. The network and the training in PyTorch are made from
the recipe with all defaults (`dp-train recipes FILE --resolved`) and its documentation, and run in float64 and twice in
float32. It compares each step's loss, accuracy, gradient norm and learning rate, the epochs, the evaluations, the final
weights, running values and counters, and the outputs of the exports on the test samples. A recipe runs on 1, 2 or 3 ranks. If
a recipe differs, it is printed with its seed; the last line has the counts. The exit status is 1 if any differs.
"""

import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import traceback

import numpy as np
import torch
import yaml
from compare import Comparison
from exports import compare_exports
from generate import Case
from network import Network
from safetensors.numpy import load_file, save_file
from samples import Samples
from shapes import name_and_keys
from training import Replay

# On processors with AVX2 alone, the backward pass of a strided convolution in oneDNN (PyTorch 2.13) writes behind its memory.
torch.backends.mkldnn.enabled = False


class Run:
    """One case: its folder, and dp-train's run in it."""

    def __init__(self, seed, folder, options):
        self.case, self.folder, self.options = Case(seed), pathlib.Path(folder), options
        self.ranks = self.case.ranks if options.launcher else 1
        self.differences = []

    def program(self, *arguments, ranks=1):
        """Runs dp-train in the folder."""
        command = [self.options.program, *arguments]
        environment = dict(os.environ)
        if ranks > 1:
            command = [*shlex.split(self.options.launcher), "-np", str(ranks), *command]
            if self.case.machines:
                environment["DPTRAIN_RANKS_PER_MACHINE"] = "1"
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL)

    def train(self):
        """Writes the case's files and has dp-train train it; returns the initial weights, or None if that failed."""
        case = self.case
        for name, arrays in case.arrays.items():
            np.savez(self.folder / f"{name}.npz", **arrays)
        (self.folder / "recipe.yaml").write_text(self.text)
        done = self.program("recipes", "recipe.yaml", "--resolved")
        if done.returncode != 0:
            return self.fail("dp-train refuses the recipe", done)
        self.recipe = with_nothing(yaml.safe_load(done.stdout))
        network = Network(self.recipe["model"]["layers"], case.shape)
        initial = network.initial(np.random.default_rng(case.seed))
        save_file({name: value.numpy() for name, value in initial.items()}, self.folder / "initial.safetensors")
        done = self.program("train", "recipe.yaml", "--out", "run", ranks=self.ranks)
        if done.returncode != 0:
            return self.fail("dp-train train", done)
        return initial

    def fail(self, what, done):
        lines = (done.stderr or done.stdout).strip().splitlines()
        # A crash prints too much for many recipes.
        self.differences.append("\n".join([f"{what} ends with {done.returncode}:", *lines[:20]]))

    @property
    def text(self):
        """The recipe."""
        return yaml.safe_dump(self.case.recipe, sort_keys=False, default_flow_style=None, width=110)

    def compare(self, initial):
        """Replays the training and compares."""
        splits = {
            "training" if name == "train" else name: Samples(arrays, self.case.front)
            for name, arrays in self.case.arrays.items()}
        generator = torch.Generator().manual_seed(self.case.seed)
        exact, *rounded = (
            Replay(self.recipe, splits, initial, dtype, noise).run()
            for dtype, noise in ((torch.float64, None), (torch.float32, None), (torch.float32, generator)))
        comparison = Comparison(exact, rounded)
        folder = self.folder / "run"
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        steps = [line for line in lines if line["event"] == "step"]
        comparison.reports("step", steps, lambda replay: replay.steps, ("loss", "gradientNorm", "learningRate"))
        evaluations = [line for line in lines if line["event"] == "evaluation"]
        comparison.reports("evaluation", evaluations, lambda replay: replay.evaluations, ("loss",))
        with open(folder / "metrics.csv", newline="") as file:
            comparison.epochs(list(csv.DictReader(file)))
        own = load_file(folder / "weights.safetensors")
        comparison.tensors(own)
        if "test" in splits:
            takes_indices = name_and_keys(self.case.layers[0])[0] == "embedding"
            compare_exports(comparison, self.folder, self.program, splits["test"], own, takes_indices)
        self.differences += comparison.differences
        return comparison

    def report(self):
        """Describes a failure and how to run it again."""
        machines = ", each pretending to be a machine of its own" if self.case.machines and self.ranks > 1 else ""
        shapes = ", ".join(
            f"{name}.npz " + " ".join(f"{key} {list(value.shape)}" for key, value in arrays.items())
            for name, arrays in self.case.arrays.items())
        lines = [f"seed {self.case.seed}, {self.ranks} ranks{machines}; {shapes}", self.text, *self.differences[:12]]
        if len(self.differences) > 12:
            lines.append(f"... and {len(self.differences) - 12} more")
        return "\n".join([*lines, f"Again: {shlex.join(again(self.case.seed, self.options))}", ""])


def with_nothing(value):
    """A recipe's values, with None for `none`."""
    if isinstance(value, dict):
        return {key: with_nothing(part) for key, part in value.items()}
    if isinstance(value, list):
        return [with_nothing(part) for part in value]
    return None if value == "none" else value


def again(seed, options):
    launcher = ["--launcher", options.launcher] if options.launcher else []
    return [sys.executable, __file__, "--program", options.program, *launcher, "--seeds", str(seed), "--keep", "replay"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="dp-train")
    parser.add_argument("--launcher", default="", help="the command that starts ranks, such as mpirun (default: one rank)")
    parser.add_argument("--seeds", required=True, help="a seed, or a range such as 1-40")
    parser.add_argument("--keep", help="a folder for the files, which are removed otherwise")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    options.seeds = range(int(first), int(last or first) + 1)
    options.program = os.path.abspath(options.program)
    return options


def run_all(options, root):
    """Compares each case while the next one trains; returns how many differ, and how many numbers were compared."""
    failed, compared, blind, worst = 0, 0, 0, []

    def start(seed):
        folder = root / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        run = Run(seed, folder, options)
        return run, run.train()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        started = [pool.submit(start, seed) for seed in options.seeds]
        for seed, future in zip(options.seeds, started):
            run = None
            try:
                run, initial = future.result()
                if initial is not None:
                    comparison = run.compare(initial)
                    compared += comparison.compared
                    blind += comparison.blind
                    worst.append((comparison.worst, seed))
            except Exception:
                if run is None:
                    print(f"seed {seed}:\n{traceback.format_exc()}", flush=True)
                    failed += 1
                    continue
                run.differences.append(traceback.format_exc())
            if run.differences:
                failed += 1
                print(run.report(), flush=True)
    return failed, compared, blind, max(worst, default=(0, None))


def main():
    options = parse_arguments()
    torch.set_num_threads(1)
    # Unblock the signals that a launcher waits for; tests may have blocked them.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if options.keep:
        root = pathlib.Path(options.keep).absolute()
        failed, compared, blind, worst = run_all(options, root)
    else:
        with tempfile.TemporaryDirectory() as folder:
            failed, compared, blind, worst = run_all(options, pathlib.Path(folder))
    print(
        f"{len(options.seeds)} recipes, {failed} differ; {compared} numbers and arrays compared, {blind} left out that "
        f"rounding decides; at most {worst[0]:.2f} of what is allowed, at seed {worst[1]}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
