#!/usr/bin/env python3
"""Measures the speed-up of dp-train on more ranks, and of PyTorch's DistributedDataParallel (gloo) on more processes.

    swift build -c release
    python3 -m venv venv && venv/bin/pip install numpy torch
    venv/bin/python Benchmarks/scaling.py                          mnist-cnn on 1 and 2 ranks
    venv/bin/python Benchmarks/scaling.py cats-dogs --ranks 1,2,4 --rounds 5
    venv/bin/python Benchmarks/scaling.py mnist-cnn --weak

Strong scaling: all ranks share the task's batch. Weak scaling (--weak): each rank has a batch of that size. All processes have
one thread and are bound to no core. The programs take turns within each round (A1 B1 A2 B2 ... A1 B1 ...), so that other load
on the machine affects all of them. The table gives medians and ranges over the rounds. Speed-ups compare samples per second
with one rank's, within each round. A single process of PyTorch runs without DistributedDataParallel. For each number of
processes, the fastest of PyTorch's options (see compare.py) counts. If there are more ranks than processors, some ranks only
wait unless --launcher has "-x DPTRAIN_OVERSUBSCRIBE=1".
"""

import argparse
import dataclasses
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
from programs import OURS, pytorch_variants, samples_of, settings_of  # noqa: E402
from table import number, processor, spread  # noqa: E402
from tasks import TASKS  # noqa: E402
from timing import TIMINGS  # noqa: E402

SHARDS = 8
DDP = "PyTorch DDP"
MPIRUN = "mpirun -q --oversubscribe --bind-to none --mca pml ob1 --mca btl vader,self -np {ranks}"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"any of {', '.join(TASKS)} (mnist-cnn)")
    parser.add_argument("--ranks", default="1,2", help="the numbers of ranks, including 1 (1,2)")
    parser.add_argument("--weak", action="store_true", help="a batch for each rank instead of one for all ranks")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each program (3)")
    parser.add_argument("--no-peer", action="store_true", help="measure only dp-train")
    parser.add_argument("--ours", default=str(HERE.parent / ".build/release/dp-train"), help="the command of dp-train")
    parser.add_argument("--launcher", default=MPIRUN, help="the command that starts {ranks} ranks of dp-train")
    parser.add_argument("--python", default=sys.executable, help="the Python that has PyTorch (this one)")
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"there is no task '{task}'; there are {', '.join(TASKS)}")
    options.tasks = options.tasks or ["mnist-cnn"]
    try:
        options.ranks = sorted({int(text) for text in options.ranks.split(",")} | {1})
    except ValueError:
        parser.error(f"--ranks is {options.ranks!r}; it looks like 1,2,4")
    if options.ranks[0] < 1 or options.rounds < 1:
        parser.error("--ranks and --rounds must be at least 1")
    return options


def run(command, variables):
    """Runs `command`; returns the JSON object in its last line of output."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"} | variables
    environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with status {done.returncode}:\n{done.stderr.strip()}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")] or [""]
    try:
        return float(json.loads(lines[-1])["msPerStep"])
    except (ValueError, TypeError, KeyError):
        sys.exit(f'{shlex.join(command)} printed {done.stdout!r} where {{"msPerStep": number}} belongs')


def write_samples(task, folder):
    import numpy
    path = pathlib.Path(folder) / f"samples-{task.batch}.npz"
    numpy.savez(path, **samples_of(task, numpy))
    return str(path)


def commands(name, options, folder):
    """Maps (program, variant, ranks) to a command line and variables."""
    result = {}
    for ranks in options.ranks:
        factor = ranks if options.weak else 1
        task = dataclasses.replace(TASKS[name], batch=TASKS[name].batch * factor)
        launch = shlex.split(options.launcher.replace("{ranks}", str(ranks))) if ranks > 1 else []
        ours = [*launch, *shlex.split(options.ours), "benchmark", *settings_of(task, write_samples(task, folder))]
        ours += [f"shards={SHARDS * factor}", "--steps", str(TIMINGS * task.steps), "--json"]
        result[OURS, "", ranks] = (ours, {})
        if options.no_peer:
            continue
        script = [str(HERE / "peers" / "pytorch.py"), name, "--steps", str(task.steps), "--batch", str(task.batch)]
        start = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}"] if ranks > 1 else []
        for variant in pytorch_variants(task, everything=False):
            more = [*variant.arguments, *(["--ddp"] if ranks > 1 else [])]
            result[DDP, variant.name, ranks] = ([options.python, *start, *script, *more], variant.variables)
    return result


def measure(name, options):
    """Returns the milliseconds per step of every program, one for each round."""
    with tempfile.TemporaryDirectory() as folder:
        programs = commands(name, options, folder)
        times = {program: [] for program in programs}
        for turn in range(options.rounds):
            print(f"{name}: round {turn + 1} of {options.rounds}", file=sys.stderr)
            for program, (command, variables) in programs.items():
                times[program].append(run(command, variables))
                print(f"  {program}: {number(times[program][-1])} ms", file=sys.stderr)
    if options.no_peer:
        return times, None
    variants = {variant for program, variant, _ in times if program == DDP}
    best = {
        ranks: min(variants, key=lambda variant: statistics.median(times[DDP, variant, ranks])) for ranks in options.ranks}
    return times, best


def speedup(alone, together, ranks, weak):
    """Returns the ratios of samples per second to those of one rank, by round."""
    work = ranks if weak else 1
    return [work * one / all for one, all in zip(alone, together)]


def main():
    options = parse_arguments()
    heads = ["task", "ranks", f"{OURS}, ms", "speed-up"]
    heads += [] if options.no_peer else [f"{DDP}, ms", "speed-up", f"{DDP} ÷ {OURS}"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in options.tasks:
        times, best = measure(name, options)
        for ranks in options.ranks:
            ours = times[OURS, "", ranks]
            cells = [f"{name}, {TASKS[name].size}", str(ranks), spread(ours)]
            cells.append(spread(speedup(times[OURS, "", 1], ours, ranks, options.weak)))
            if best is not None:
                theirs = times[DDP, best[ranks], ranks]
                gain = speedup(times[DDP, best[1], 1], theirs, ranks, options.weak)
                cells += [f"{spread(theirs)}, {best[ranks]}", spread(gain)]
                cells.append(spread([b / a for a, b in zip(ours, theirs)]))
            lines.append("| " + " | ".join(cells) + " |")
    kind = "weak (a batch for each rank)" if options.weak else "strong (one batch for all ranks)"
    print("\n".join(lines))
    print(f"\n{kind} scaling; {processor()}, {os.cpu_count()} cores; rounds: {options.rounds}")


if __name__ == "__main__":
    main()
