#!/usr/bin/env python3
"""Compares the forecasts of `dp-train plan` with measurements, on pretended machines (network/).

    swift build -c release
    python3 -m venv venv && venv/bin/pip install numpy
    venv/bin/python Benchmarks/forecast.py                                   mnist-cnn on two machines with 1 Gbit/s
    venv/bin/python Benchmarks/forecast.py temporal-order-large --machines 2,4 --rate 4gbit --ranks 1

For each number of machines, `plan` measures the network once between them. In each round it times a machine's share of the
work; then `benchmark` runs on all machines, with and without overlap. The pretended machines share this one's processors: if
they have more ranks than it has processors, other trainings keep the processors as busy while `plan` measures. The table
gives medians and ranges over the rounds, and the errors of the forecasts. "hidden" is the share of the communication without
overlap (the mean time in the reduction) by which overlap shortens the step; "waiting hidden" is the share by which ranks wait
less for the reduction. The rest is the processors' own work for the network. Needs root.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
from scaling import write_samples  # noqa: E402
from programs import settings_of  # noqa: E402
from table import processor, spread  # noqa: E402
from tasks import TASKS  # noqa: E402

MACHINES = str(HERE / "network" / "machines")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"any of {', '.join(TASKS)} (mnist-cnn)")
    parser.add_argument("--machines", default="2", help="the numbers of machines (2)")
    parser.add_argument("--ranks", type=int, default=1, help="ranks of each machine (1)")
    parser.add_argument("--rate", default="1gbit", help="the rate at which a machine can send, and receive (1gbit)")
    parser.add_argument("--delay", default="0", help="microseconds from machine to machine, simulated by a program (0)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each (3)")
    parser.add_argument("--seconds", type=float, default=2, help="seconds of each measurement (2)")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"there is no task '{task}'; there are {', '.join(TASKS)}")
    options.tasks = options.tasks or ["mnist-cnn"]
    options.machines = [int(text) for text in options.machines.split(",")]
    return options


def run(command):
    environment = os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        sys.exit(f"{shlex.join(command)} ended with status {done.returncode}:\n{done.stdout}{done.stderr.strip()}")
    return json.loads(lines[-1])


@contextlib.contextmanager
def crowd(command, count):
    """Keeps `count` trainings running on each processor."""
    others = []
    for core in sorted(os.sched_getaffinity(0)) * count:
        others.append(subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda core=core: os.sched_setaffinity(0, {core})))
    try:
        yield
    finally:
        for process in others:
            process.kill()
            process.wait()


def measure(name, machines, options):
    """Returns the network, and for each round the forecast and the measurements with and without overlap."""
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(TASKS[name], write_samples(TASKS[name], folder))
        ours = shlex.split(options.ours)
        cores = len(os.sched_getaffinity(0))
        # Ranks per processor in addition to those that plan measures.
        others = -(-machines * options.ranks // cores) - 1
        alone = [*ours, "benchmark", *settings, "--steps", "1000000"]
        plan = [*ours, "plan", *settings, "--nodes", str(machines), "--ranks-per-node", str(options.ranks)]
        plan += ["--seconds", str(options.seconds), "--json"]
        trial = [*ours, "benchmark", *settings, "--seconds", str(options.seconds), "--json"]
        subprocess.run([MACHINES, "up", str(machines), "--rate", options.rate, "--delay", options.delay], check=True)
        try:
            link = run([MACHINES, "mpirun", "1", "--", *plan, "--seconds", "0.01"])
            plan += ["--latency", str(link["latencyMicroseconds"]), "--bandwidth", str(link["gbitPerSecond"])]
            plan += ["--piece-bandwidth", str(link["pieceGbitPerSecond"])]
            plan += ["--core-cost", str(link["coreNanosecondsPerByte"])]
            for turn in range(options.rounds):
                print(f"{name}, {machines} machines: round {turn + 1} of {options.rounds}", file=sys.stderr)
                with crowd(alone, others):
                    foretold = run(plan)
                between = [MACHINES, "mpirun", str(options.ranks), "--", *trial]
                rounds.append((foretold, run(between), run([*between, "--no-overlap"])))
        finally:
            subprocess.run([MACHINES, "down"], check=True)
    return link, rounds


def row(name, machines, options):
    link, rounds = measure(name, machines, options)
    plans = [foretold["forecasts"][0] for foretold, _, _ in rounds]
    steps = [measured["msMean"] for _, measured, _ in rounds]
    plain = [measured["msMean"] for _, _, measured in rounds]
    exchanges = [measured["communicationMs"] for _, _, measured in rounds]
    errors = [plan["msPerStep"] / step - 1 for plan, step in zip(plans, steps)]
    hidden = [(before - step) / exchange for before, step, exchange in zip(plain, steps, exchanges)]
    waiting = [1 - overlapped["communicationMs"] / before["communicationMs"] for _, overlapped, before in rounds]
    percent = [
        f"{statistics.median(values):.0%} ({min(values):.0%} to {max(values):.0%})" for values in (errors, hidden, waiting)
    ]
    network = f"{link['gbitPerSecond']:.3g} Gbit/s, {link['pieceGbitPerSecond']:.3g} by pieces, {link['latencyMicroseconds']:.3g} µs"
    return [
        f"{name}, {TASKS[name].size}", f"{machines} × {options.ranks}", network, spread([p["msPerStep"] for p in plans]),
        spread(steps), percent[0], spread(plain), spread(exchanges), percent[1], percent[2],
    ]


def main():
    options = parse_arguments()
    heads = [
        "task", "machines × ranks", "network as measured", "foretold, ms", "measured, ms", "error",
        "without overlap, ms", "of it communication, ms", "hidden", "waiting hidden",
    ]
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for name in options.tasks:
        for machines in options.machines:
            print("| " + " | ".join(row(name, machines, options)) + " |", flush=True)
    print(f"\n{processor()}, {os.cpu_count()} cores; {options.rate}, delay {options.delay} µs; rounds: {options.rounds}")


if __name__ == "__main__":
    main()
