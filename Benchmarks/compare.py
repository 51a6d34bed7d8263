#!/usr/bin/env python3
"""Compares the training steps of dp-train, PyTorch and JAX, and prints a Markdown table.

    swift build -c release
    python3 -m venv venv && venv/bin/pip install numpy torch jax
    venv/bin/python Benchmarks/compare.py                     a few tasks, in some minutes
    venv/bin/python Benchmarks/compare.py --all               all tasks, and every option of the peers
    venv/bin/python Benchmarks/compare.py gated --rounds 9
    venv/bin/python Benchmarks/compare.py --precision bfloat16

Each measurement is a separate process with one thread, bound to one core. The programs take turns (A B C A B C ...), so that
other load on the machine affects all of them. The table gives the median and the range over the rounds (least to greatest).
Ratios are computed within each round; the table gives their median and range. Of a peer's options, the one with the least
median counts; a list below the table has the times of all. All networks of a task must have the same number of parameters.
Peers that are not installed, or do not have a task's network or the precision, are left out, as are tasks whose recipe
dp-train refuses.

With --precision bfloat16, dp-train's recipe has `precision: bfloat16`, and PyTorch runs forward pass and loss under autocast.

Measure on an idle machine, and check the ranges before you believe a ratio.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from programs import OURS, PEERS, samples_of, settings_of  # noqa: E402
from table import describe, table  # noqa: E402
from tasks import PRECISIONS, TASKS  # noqa: E402
from timing import TIMINGS  # noqa: E402

# The tasks and rounds if no task is named.
DEFAULT_TASKS, DEFAULT_ROUNDS = ("temporal-order", "echo", "rnn-relu", "mnist-cnn"), 3
ALL_ROUNDS = 5

# Variables that limit the programs to the instructions of Haswell processors.
AVX2 = {
    "DPTRAIN_INSTRUCTION_SET": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}
# The exit codes of a recipe or a data file that dp-train cannot work with.
REFUSED = (65, 78)


class Refusal(Exception):
    """dp-train's message about a recipe that it cannot run."""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"any of {', '.join(TASKS)}")
    parser.add_argument("--all", action="store_true", help="all options of the peers, and all tasks unless some are named")
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0], help="of all programs (%(default)s)")
    parser.add_argument("--rounds", type=int, help=f"measurements of each program ({DEFAULT_ROUNDS}; all: {ALL_ROUNDS})")
    parser.add_argument("--core", type=int, help="the core to bind to (the last one that may be used)")
    parser.add_argument("--avx2", action="store_true", help="limit all programs to AVX2")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the peers (this one)")
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"there is no task '{task}'; there are {', '.join(TASKS)}")
    options.tasks = options.tasks or (TASKS if options.all else DEFAULT_TASKS)
    if options.rounds is None:
        options.rounds = ALL_ROUNDS if options.all else DEFAULT_ROUNDS
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; it must be at least 1")
    options.core = usable_core(parser, options.core)
    return options


def usable_core(parser, core):
    """Returns `core`, or the last one that may be used if it is None; ends with a message if it may not be used."""
    if not hasattr(os, "sched_getaffinity"):
        return core
    usable = os.sched_getaffinity(0)
    if core is not None and core not in usable:
        parser.error(f"--core is {core}; usable are {sorted(usable)}")
    return max(usable) if core is None else core


def usable_peers(options):
    """Returns the peers that have the precision and are installed; for the others it prints why they are left out."""
    found = []
    for peer in PEERS:
        check = f"import importlib.util as u, sys; sys.exit(u.find_spec('{peer.module}') is None)"
        if options.precision not in peer.precisions:
            print(f"{peer.name} is left out; {peer.script} does not have {options.precision}", file=sys.stderr)
        elif subprocess.run([options.python, "-c", check]).returncode == 0:
            found.append(peer)
        else:
            print(f"{peer.name} is left out: {options.python} -m pip install {peer.module}", file=sys.stderr)
    return found


def execute(command, variables, options):
    """Runs `command` with one thread on one core; returns its output."""
    flags = "--xla_cpu_multi_thread_eigen=false" + (" --xla_cpu_max_isa=AVX2" if options.avx2 else "")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "XLA_FLAGS": flags}
    environment |= {"JAX_PLATFORMS": "cpu"} | (AVX2 if options.avx2 else {}) | variables
    bind = None if options.core is None else lambda: os.sched_setaffinity(0, {options.core})
    try:
        done = subprocess.run(command, env=environment, preexec_fn=bind, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}. Build it with: swift build -c release")
    if done.returncode in REFUSED:
        raise Refusal(done.stderr.strip())
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with status {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout


def run(command, variables, options):
    """Runs `command`; returns the JSON object in its last line of output."""
    lines = execute(command, variables, options).strip().splitlines() or [""]
    try:
        result = json.loads(lines[-1])
        result["msPerStep"] = float(result["msPerStep"])
    except (ValueError, TypeError, KeyError):
        sys.exit(f'{shlex.join(command)} printed {lines[-1]!r} where {{"msPerStep": number}} belongs')
    return result


def write_samples(task, folder):
    """Writes samples for `task` to a file for dp-train; returns its path."""
    try:
        import numpy
    except ImportError:
        sys.exit(f"dp-train's samples are made with NumPy: {sys.executable} -m pip install numpy")
    path = pathlib.Path(folder) / "samples.npz"
    numpy.savez(path, **samples_of(task, numpy))
    return str(path)


def count_parameters(task, options, samples):
    """Counts the parameters of dp-train's network, by the table that `inspect` prints."""
    command = [*shlex.split(options.ours), "inspect", *settings_of(task, samples, options.precision)]
    for line in execute(command, {}, options).splitlines():
        match line.split():
            case ["total", count, _]:
                return int(count.replace(",", ""))
    sys.exit(f"{shlex.join(command)} printed no total of parameters")


def commands(name, peers, options, samples):
    """Maps (program, variant) to a command line and variables, for the task `name`."""
    task = TASKS[name]
    steps = str(TIMINGS * task.steps)
    settings = settings_of(task, samples, options.precision)
    ours = [*shlex.split(options.ours), "benchmark", *settings, "--steps", steps, "--peak", "--json"]
    result = {(OURS, ""): (ours, {})}
    for peer in peers:
        if not peer.variants(task, everything=options.all):
            print(f"{name}: {peer.name} is left out; {peer.script} does not have its network", file=sys.stderr)
        script = [options.python, str(HERE / "peers" / peer.script), name, "--steps", str(task.steps)]
        script += [] if options.precision == "float32" else ["--precision", options.precision]
        for variant in peer.variants(task, everything=options.all):
            result[peer.name, variant.name] = ([*script, *variant.arguments], variant.variables)
    return result


def measure(name, peers, options):
    """Returns the results of every program and variant, one for each round."""
    with tempfile.TemporaryDirectory() as folder:
        samples = write_samples(TASKS[name], folder)
        parameters = count_parameters(TASKS[name], options, samples)
        programs = commands(name, peers, options, samples)
        results = {program: [] for program in programs}
        for number in range(options.rounds):
            print(f"{name}: round {number + 1} of {options.rounds}", file=sys.stderr)
            for program, (command, variables) in programs.items():
                result = run(command, variables, options)
                theirs = result.get("parameters", parameters)
                if theirs != parameters:
                    sys.exit(f"{name}: {program[0]}'s network has {theirs} parameters, {OURS}'s {parameters}")
                if result.get("precision", options.precision) != options.precision:
                    sys.exit(f"{name}: {program[0]} has measured {result['precision']} instead of {options.precision}")
                results[program].append(result)
        return results


def main():
    options = parse_arguments()
    peers = usable_peers(options)
    measured = {}
    for name in options.tasks:
        try:
            measured[name] = measure(name, peers, options)
        except Refusal as refusal:
            print(f"{name} is left out; dp-train refuses it: {refusal}", file=sys.stderr)
    if not measured:
        sys.exit("no task was measured")
    print(table(measured, [peer.name for peer in peers], options.precision))
    print("\n" + describe(measured, options.core, options.rounds))


if __name__ == "__main__":
    main()
