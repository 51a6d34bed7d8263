#!/usr/bin/env python3
"""Judges `dp-train find-rate` on seven tasks: is the suggested learning rate as good as its neighbours?

    swift build -c release
    python3 -m venv venv && venv/bin/pip install scikit-learn
    venv/bin/python Benchmarks/rates.py                   all tasks, about ten minutes
    venv/bin/python Benchmarks/rates.py digits-cnn breast-cancer

For each task it asks find-rate, with the default options and seed 1, and trains with the suggestion times 0.03, 0.1, 0.3, 1,
3, 10 and 30; without a suggestion with 0.0001, 0.0003, ... 1. Each rate is trained constantly, without warm-up, with the seeds
1, 2 and 3. The table has the means over the seeds of the last evaluation of the test samples: accuracy, or R2 of numbers. A
training that ends because its loss is not finite counts as accuracy 0, or R2 of -infinity.

The suggestion is as good as the best rate if its mean is at least the best's, less the range of the seeds at the best rate.
The best has the greatest mean, and of equal ones the least test loss. Networks, optimizers, lengths and seeds were fixed before
the first try. Three data sets are scikit-learn's, 30 % of each for the test; GunPoint and BasicMotions are .ts files of
https://www.timeseriesclassification.com in the folder --series. Tasks whose files are not there are left out.
"""

import argparse
import csv
import dataclasses
import json
import math
import pathlib
import shlex
import subprocess
import sys
import tempfile

FACTORS = (0.03, 0.1, 0.3, 1, 3, 10, 30)
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1)
SEEDS = (1, 2, 3)

RECIPE = """
name: {name}
seed: 1
epochs: {epochs}
batch: {batch}
shards: 8
data: {data}
model: {{layers: [{layers}]}}
loss: {loss}
optimizer: {optimizer}
schedule: constant
evaluate: 0
checkpoint: {{epochs: 0, minutes: none}}
record: {{tensorBoard: "0", histograms: "0"}}
"""


@dataclasses.dataclass(frozen=True)
class Task:
    """A recipe without its learning rate. `{data}` and `{series}` in its data are folders."""

    epochs: int
    batch: int
    data: str
    layers: str
    optimizer: str
    loss: str = "cross-entropy"

    @property
    def metric(self):
        return "r2" if self.loss == "mse" else "accuracy"


def series(name):
    return f"{{source: ts, train: {{series}}/{name}_TRAIN.ts, test: {{series}}/{name}_TEST.ts, standardize: channel}}"


def arrays(name):
    return f"{{source: numpy, train: {{data}}/{name}-train.npz, test: {{data}}/{name}-test.npz}}"


def table(name, targets):
    return f"{{source: csv, train: {{data}}/{name}-train.csv, test: {{data}}/{name}-test.csv, {targets}}}"


def convolution(outputs, kernel):
    return f"conv1d: {{outputs: {outputs}, kernel: {kernel}, padding: same, bias: false}}, batch-norm, relu"


MOMENTUM = "{name: sgd, momentum: 0.9}"
TASKS = {
    "digits-cnn": Task(
        10, 32, arrays("images"),
        "conv2d: {outputs: 16, kernel: 3, padding: same}, relu, conv2d: {outputs: 32, kernel: 3, padding: same}, relu, "
        "max-pool: 2, flatten, linear: classes", MOMENTUM),
    "digits-gru": Task(10, 32, arrays("rows"), "gru: {hiddenSize: 32, output: last}, linear: classes", "adam"),
    "breast-cancer": Task(
        20, 32, table("breast-cancer", "label: target"), "linear: 32, relu, linear: 16, relu, linear: classes", "adam"),
    # The networks and optimizers of the built-in recipes of these names.
    "time-series-gru": Task(
        30, 16, series("BasicMotions"),
        "gru: {hiddenSize: 64, bidirectional: true, output: all, layers: 2, dropout: 0.2}, global-average-pool, "
        "linear: classes", "{name: adamw, clipNorm: 1}"),
    "time-series": Task(
        25, 16, series("GunPoint"),
        f"{convolution(128, 8)}, {convolution(256, 5)}, {convolution(128, 3)}, global-average-pool, linear: classes", "adamw"),
    "temporal-order-moderate": Task(
        100, 32, "{source: temporal-order, level: moderate, epochSize: 992, testSize: 992}",
        "lstm: {hiddenSize: 12, output: last}, linear: 4", "{name: rmsprop, clipNorm: 1}"),
    "diabetes": Task(
        30, 32, table("diabetes", "targets: [target]"), "linear: 32, relu, linear: 1", MOMENTUM, "mse"),
}


def write_data(folder):
    """Writes scikit-learn's data sets to files for dp-train."""
    try:
        import numpy
        from sklearn import datasets
        from sklearn.model_selection import train_test_split
    except ImportError:
        sys.exit(f"the data is scikit-learn's: {sys.executable} -m pip install scikit-learn")

    def split(x, y, are_classes):
        return train_test_split(x, y, test_size=0.3, random_state=0, stratify=y if are_classes else None)

    x, y = datasets.load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = split((x / 16).astype("float32"), y.astype("int32"), True)
    for part, x, y in (("train", train_x, train_y), ("test", test_x, test_y)):
        numpy.savez(folder / f"images-{part}.npz", x=x.reshape(-1, 8, 8, 1), y=y)
        numpy.savez(folder / f"rows-{part}.npz", x=x.reshape(-1, 8, 8), y=y)
    for name, found in (("breast-cancer", datasets.load_breast_cancer()), ("diabetes", datasets.load_diabetes())):
        are_classes = name == "breast-cancer"
        train_x, test_x, train_y, test_y = split(found.data, found.target, are_classes)
        mean, deviation = train_x.mean(0), train_x.std(0)
        target_mean, target_deviation = train_y.mean(), train_y.std()
        for part, x, y in (("train", train_x, train_y), ("test", test_x, test_y)):
            with open(folder / f"{name}-{part}.csv", "w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow([feature.replace(" ", "_") for feature in found.feature_names] + ["target"])
                for inputs, target in zip((x - mean) / deviation, y):
                    text = found.target_names[target] if are_classes else f"{(target - target_mean) / target_deviation:.6g}"
                    rows.writerow([f"{value:.6g}" for value in inputs] + [text])


def call(options, folder, *arguments):
    command = [*shlex.split(options.ours), *arguments]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}. Build it with: swift build -c release")


def suggestion(options, folder):
    """Returns find-rate's suggestion for recipe.yaml; None if there is none."""
    done = call(options, folder, "find-rate", "recipe.yaml", "--json", "--out", "found")
    try:
        return json.loads(done.stdout).get("learningRate")
    except ValueError:
        sys.exit(f"find-rate ended with status {done.returncode}:\n{done.stderr.strip()}")


def train(options, folder, task, rate, seed):
    """Returns the last metric and loss on the test samples; the worst ones if the training failed as its loss is not finite."""
    out = f"{rate:.6g}-{seed}"
    done = call(options, folder, "train", "recipe.yaml", f"optimizer.learningRate={rate:.6g}", f"seed={seed}", "--out", out)
    worst = (-math.inf if task.metric == "r2" else 0, math.inf)
    if done.returncode == 70:
        return worst
    if done.returncode != 0:
        sys.exit(f"training ended with status {done.returncode}:\n{done.stderr.strip()}")
    lines = map(json.loads, (folder / out / "metrics.jsonl").read_text().splitlines())
    last = [line for line in lines if line["event"] == "evaluation" and line["split"] == "test"][-1]
    measured = (last[task.metric], last["loss"])
    # Numbers that are not finite are null or texts.
    return tuple(value if isinstance(value, (int, float)) else bad for value, bad in zip(measured, worst))


def measure(name, task, options, data):
    """Returns the suggestion and, for each rate, the metrics and the mean loss of the seeds."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = task.data.replace("{data}", str(data)).replace("{series}", str(options.series.resolve()))
        fields = dataclasses.asdict(task) | {"name": name, "data": source}
        (folder / "recipe.yaml").write_text(RECIPE.format(**fields))
        found = suggestion(options, folder)
        points = {}
        for rate in [found * factor for factor in FACTORS] if found else RATES:
            print(f"{name}: learning rate {rate:.3g}", file=sys.stderr)
            results = [train(options, folder, task, rate, seed) for seed in SEEDS[: options.seeds]]
            points[rate] = [metric for metric, _ in results], sum(loss for _, loss in results) / len(results)
        return found, points


def row(name, task, found, points):
    """Returns a row of the table, and whether the suggestion is as good as the best; None without one."""
    def mean(rate):
        return sum(points[rate][0]) / len(points[rate][0])

    def text(value):
        return f"{100 * value:.1f} %" if task.metric == "accuracy" else f"{value:.3g}"

    best = min(points, key=lambda rate: (-mean(rate), points[rate][1]))
    spread = max(points[best][0]) - min(points[best][0])
    if not found:
        return [name, "none", *[""] * len(FACTORS), f"{best:.3g}: {text(mean(best))}"], None
    cells = [f"**{text(mean(rate))}**" if rate == best else text(mean(rate)) for rate in points]
    own = list(points)[FACTORS.index(1)]
    cells[FACTORS.index(1)] += f" ({text(min(points[own][0]))} to {text(max(points[own][0]))})"
    return [name, f"{found:.2g}", *cells, f"{best:.3g}"], mean(own) >= mean(best) - spread


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"any of {', '.join(TASKS)} (all)")
    parser.add_argument("--series", type=pathlib.Path, default="data/series", help="the folder of the .ts files (%(default)s)")
    parser.add_argument("--seeds", type=int, choices=(1, 2, 3), default=3, help="the number of seeds (%(default)s)")
    parser.add_argument(
        "--ours", default=str(pathlib.Path(__file__).resolve().parent.parent / ".build/release/dp-train"),
        help="the command of dp-train")
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"there is no task '{task}'; there are {', '.join(TASKS)}")
    return options


def main():
    options = parse_arguments()
    print("| task | suggested | " + " | ".join(f"× {factor:g}" for factor in FACTORS) + " | best rate |")
    print("|---" * (len(FACTORS) + 3) + "|")
    judged = []
    with tempfile.TemporaryDirectory() as data:
        data = pathlib.Path(data)
        write_data(data)
        for name in options.tasks or TASKS:
            task = TASKS[name]
            if "{series}" in task.data and not options.series.is_dir():
                print(f"{name} is left out; there is no folder {options.series}", file=sys.stderr)
                continue
            cells, is_good = row(name, task, *measure(name, task, options, data))
            judged.append(is_good)
            print(f"| {' | '.join(cells)} |", flush=True)
    given = [is_good for is_good in judged if is_good is not None]
    print(f"\n{len(judged)} tasks, {len(given)} suggestions, of which {sum(given)} as good as the best rate")


if __name__ == "__main__":
    main()
