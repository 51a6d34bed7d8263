#!/usr/bin/env python3
"""Measures dp-train's training step beside PyTorch's and JAX's, and prints a Markdown table.

    swift build -c release
    python3 -m venv venv && venv/bin/pip install numpy torch jax
    venv/bin/python Benchmarks/compare.py                     all tasks
    venv/bin/python Benchmarks/compare.py rnn-relu --rounds 9

Each measurement is a process of its own, bound to one core, with one thread. The programs take turns (A B C A B C ...), so
that whatever else the machine does meets them alike. The table gives the median over the rounds and the range (least to
greatest); a ratio is taken within each round, and then its median and range. A peer with several options counts with the
one of the least median; what each option took is listed below the table. A peer that is not installed is left out.

Timings of an idle machine are what counts; check the ranges before believing a ratio.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from tasks import TASKS  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Peer:
    """Another framework: its name, module, script, and the options of which the best counts."""

    name: str
    module: str
    script: str
    variants: dict[str, tuple[str, ...]]


OURS = "dp-train"
PEERS = (
    Peer("PyTorch", "torch", "pytorch.py", {"default": (), "foreach": ("--optimizer", "foreach")}),
    Peer("JAX", "jax", "jax_step.py", {"unroll 1": (), "unroll 4": ("--unroll", "4")}),
)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"{', '.join(TASKS)}; all where none is given")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program is measured (5)")
    parser.add_argument("--core", type=int, help="the core to bind to (the last one that may be used)")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the peers (this one)")
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"there is no task '{task}'; there are {', '.join(TASKS)}")
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; it must be at least 1")
    if hasattr(os, "sched_getaffinity"):
        usable = os.sched_getaffinity(0)
        if options.core is None:
            options.core = max(usable)
        elif options.core not in usable:
            parser.error(f"--core is {options.core}; usable are {sorted(usable)}")
    return options


def installed_peers(python):
    """The peers that `python` can import; says for the others what would install them."""
    found = []
    for peer in PEERS:
        check = f"import importlib.util as u, sys; sys.exit(u.find_spec('{peer.module}') is None)"
        if subprocess.run([python, "-c", check]).returncode == 0:
            found.append(peer)
        else:
            print(f"{peer.name} is left out: {python} -m pip install {peer.module}", file=sys.stderr)
    return found


def run(command, core):
    """Runs `command` on one core and one thread; the JSON object in the last line that it prints."""
    one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    environment = os.environ | one_thread | {"JAX_PLATFORMS": "cpu"}
    bind = None if core is None else lambda: os.sched_setaffinity(0, {core})
    try:
        done = subprocess.run(command, env=environment, preexec_fn=bind, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}. Build it with: swift build -c release")
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with status {done.returncode}:\n{done.stderr.strip()}")
    lines = done.stdout.strip().splitlines() or [""]
    try:
        result = json.loads(lines[-1])
        result["msPerStep"] = float(result["msPerStep"])
    except (ValueError, TypeError, KeyError):
        sys.exit(f'{shlex.join(command)} printed {lines[-1]!r} where {{"msPerStep": number}} belongs')
    return result


def write_samples(task, folder):
    """Four batches of random one-hot sequences for dp-train, which takes its samples from a file; gives its path."""
    try:
        import numpy
    except ImportError:
        sys.exit(f"dp-train's samples are made with NumPy: {sys.executable} -m pip install numpy")
    random = numpy.random.default_rng(1)
    symbols = random.integers(task.inputs, size=(4 * task.batch, task.length))
    path = pathlib.Path(folder) / "samples.npz"
    numpy.savez(path, x=numpy.eye(task.inputs, dtype="f4")[symbols], y=random.integers(task.classes, size=len(symbols)))
    return str(path)


def commands(name, peers, options, samples):
    """Every program to measure for the task `name`: (program, variant) to its command line."""
    task, steps = TASKS[name], str(TASKS[name].steps)
    recipe = [
        "data.source=numpy", f"data.train={samples}", f"batch={task.batch}", "optimizer.clipNorm=none",
        f"model.layers=[{{{task.layer}}}, {{linear: {{outputs: {task.classes}}}}}]",
    ]
    ours = [*shlex.split(options.ours), "benchmark", *recipe, "--steps", steps, "--json"]
    result = {(OURS, ""): ours}
    for peer in peers:
        script = str(HERE / "peers" / peer.script)
        for variant, extra in peer.variants.items():
            result[peer.name, variant] = [options.python, script, name, "--steps", steps, *extra]
    return result


def measure(name, peers, options, versions):
    """The milliseconds per step of every program and variant, one number for each round."""
    with tempfile.TemporaryDirectory() as folder:
        programs = commands(name, peers, options, write_samples(TASKS[name], folder))
        times = {program: [] for program in programs}
        for number in range(options.rounds):
            print(f"{name}: round {number + 1} of {options.rounds}", file=sys.stderr)
            for program, command in programs.items():
                result = run(command, options.core)
                times[program].append(result["msPerStep"])
                versions[program[0]] = result.get("version", program[0])
        return times


def best(times, program):
    """The program's variant of the least median, and its times."""
    candidates = {variant: values for (owner, variant), values in times.items() if owner == program}
    return min(candidates.items(), key=lambda item: statistics.median(item[1]))


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def spread(values):
    return f"{number(statistics.median(values))} ({number(min(values))}–{number(max(values))})"


def table(measured, peers):
    """The Markdown table of all tasks, and the list of all variants."""
    heads = ["task (batch × steps × hidden)", f"{OURS}, ms"]
    heads += [f"{peer.name}, ms" for peer in peers] + [f"{peer.name} ÷ {OURS}" for peer in peers]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    details = []
    for name, times in measured.items():
        task = TASKS[name]
        ours = times[OURS, ""]
        chosen = {peer.name: best(times, peer.name) for peer in peers}
        cells = [f"{name}, {task.batch} × {task.length} × {task.hidden}", spread(ours)]
        cells += [spread(values) for _, values in chosen.values()]
        cells += [spread([theirs / mine for theirs, mine in zip(values, ours)]) for _, values in chosen.values()]
        lines.append("| " + " | ".join(cells) + " |")
        for (program, variant), values in times.items():
            if variant:
                counts = " (counts)" if chosen[program][0] == variant else ""
                details.append(f"- {name}, {program}, {variant}: {spread(values)} ms{counts}")
    return "\n".join([*lines, "", *details])


def processor():
    """The processor's name, as far as the system tells it."""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main():
    options = parse_arguments()
    peers = installed_peers(options.python)
    versions = {}
    measured = {name: measure(name, peers, options, versions) for name in options.tasks or TASKS}
    print(table(measured, peers))
    bound = "no core" if options.core is None else f"core {options.core}"
    print(f"\n{'; '.join(versions.values())}; {processor()}, bound to {bound}; {options.rounds} rounds")


if __name__ == "__main__":
    main()
