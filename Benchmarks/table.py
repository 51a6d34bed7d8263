"""The Markdown table of compare.py's results."""

import pathlib
import platform
import statistics

from programs import OURS
from tasks import TASKS


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def spread(values):
    return f"{number(statistics.median(values))} ({number(min(values))}–{number(max(values))})"


def times(results):
    return [result["msPerStep"] for result in results]


def variants(results, program):
    """Returns the times of a program's variants by name."""
    return {variant: times(found) for (owner, variant), found in results.items() if owner == program}


def best(results, program):
    """Returns the program's variant with the least median; None if none was measured."""
    found = variants(results, program)
    return min(found, key=lambda variant: statistics.median(found[variant]), default=None)


def against(results, program, target):
    """Returns the ratio of the best variant's time to ours, with the target."""
    chosen = best(results, program)
    if chosen is None:
        return "–"
    theirs, ours = times(results[program, chosen]), times(results[OURS, ""])
    aim = f"; target {target:g}" if target else ""
    return spread([a / b for a, b in zip(theirs, ours)]) + aim


def row(name, results, peers, precision):
    task = TASKS[name]
    cells = [f"{name}, {task.size}", spread(times(results[OURS, ""]))]
    for peer in peers:
        chosen = best(results, peer)
        cells.append("–" if chosen is None else f"{spread(times(results[peer, chosen]))}, {chosen}")
        if peer == "PyTorch":
            cells.append(spread(times(results[peer, "plain"])))
    cells += [against(results, peer, task.target(peer, precision)) for peer in peers]
    cells.append(f"{statistics.median(result['shareOfPeak'] for result in results[OURS, '']):.0%}")
    return cells


def table(measured, peers, precision):
    """Returns the table of all tasks, and the list of all variants."""
    heads = [f"task, {precision}", f"{OURS}, ms"]
    for peer in peers:
        heads += [f"{peer} best, ms"] + ["PyTorch plain, ms"] * (peer == "PyTorch")
    heads += [f"{peer} best ÷ {OURS}" for peer in peers] + [f"{OURS}'s share of the peak"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    lines += ["| " + " | ".join(row(name, results, peers, precision)) + " |" for name, results in measured.items()]
    details = [
        f"- {name}, {peer}, {variant}: {spread(values)} ms"
        for name, results in measured.items() for peer in peers for variant, values in variants(results, peer).items()
    ]
    return "\n".join([*lines, "", *details])


def processor():
    """Returns the processor's name, or its kind if the name is unknown."""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def describe(measured, core, rounds):
    """Returns a line with versions, processor, peak and rounds."""
    versions, sets, peaks = {}, set(), []
    for results in measured.values():
        for (program, _), found in results.items():
            versions[program] = found[0].get("version", program)
        for result in results[OURS, ""]:
            sets.add(result["instructionSet"])
            peaks.append(result["peakGflopPerSecond"])
    bound = "no core" if core is None else f"core {core}"
    peak = f"peak {spread(peaks)} GFLOP/s with {', '.join(sorted(sets))}"
    return f"{'; '.join(versions.values())}; {processor()}, bound to {bound}; {peak}; rounds: {rounds}"
