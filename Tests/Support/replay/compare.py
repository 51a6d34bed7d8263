"""Compares dp-train's records of a training with its replay. The allowed differences follow from PyTorch's own rounding.

Two replays run in float32; one of them has its initial weights and the gradients between layers changed in their last bits.
A number may differ from the replay in float64 by FACTOR times as much as these two do, plus FLOOR of its size.
"""

import math

import numpy as np

FACTOR = 32
FLOOR = 2e-5
# If rounding alone changes a number by this share, the comparison proves nothing.
BLIND = 0.05


class Comparison:
    """The differences found in one case."""

    def __init__(self, exact, rounded):
        self.exact, self.rounded = exact, rounded
        self.differences = []
        self.compared, self.blind, self.worst = 0, 0, 0.0

    def say(self, what):
        self.differences.append(what)

    def number(self, place, own, wanted, others, size=0.0, deviation=0.0):
        """Compares one number; returns the difference of PyTorch's own."""
        apart = [abs(other - wanted) for other in others]
        deviation = max([deviation, *(math.inf if math.isnan(value) else value for value in apart)])
        size = max(abs(wanted), size)
        allowed = FACTOR * deviation + FLOOR * size
        if not allowed <= BLIND * size + 1e-7:
            self.blind += 1
            return deviation
        self.compared += 1
        difference = abs(own - wanted)
        if difference > 0:
            self.worst = max(self.worst, difference / max(allowed, 1e-300))
        if not difference <= allowed + 1e-9:
            self.say(f"{place}: {own:.9g}, PyTorch {wanted:.9g}, may differ by {allowed:.2g}")
        return deviation

    def accuracy(self, place, own, wanted, others):
        """Compares shares of right rows; rows that rounding decides may differ."""
        apart = max(abs(other["loss"] - wanted["loss"]) for other in others)
        clear = max(1e-4 * wanted["largest"], 10 * FACTOR * apart)
        unclear = sum(margin <= clear for margin in wanted["margins"])
        if own is None or not abs(own - wanted["accuracy"]) <= (unclear + 1e-6) / max(1, wanted["count"]):
            self.say(f"{place}: {own}, PyTorch {wanted['accuracy']}, {unclear} of {wanted['count']} undecided")

    def reports(self, place, own, select, keys):
        """Compares lists of reports: `select` returns those of a replay."""
        exact = select(self.exact)
        if len(own) != len(exact):
            return self.say(f"{place}: {len(own)}, PyTorch {len(exact)}")
        deviations, sizes = dict.fromkeys(keys, 0.0), dict.fromkeys(keys, 0.0)
        for index, (ours, wanted) in enumerate(zip(own, exact)):
            others = [select(replay)[index] for replay in self.rounded]
            where = f"{place} {index + 1}"
            for key in keys:
                sizes[key] = max(sizes[key], abs(wanted[key]))
                deviations[key] = self.number(
                    f"{where}, {key}", ours[key], wanted[key], [other[key] for other in others], sizes[key],
                    deviations[key])
            if "margins" in wanted:
                self.accuracy(f"{where}, accuracy", ours.get("accuracy"), wanted, others)
            elif ours.get("accuracy") is not None:
                self.say(f"{where}: has an accuracy")
            for key in ("split", "step", "samples"):
                if key in wanted and key in ours and ours[key] != wanted[key]:
                    self.say(f"{where}, {key}: {ours[key]}, PyTorch {wanted[key]}")
        return None

    def tensors(self, own):
        """Compares the final weights, running values and counters."""
        exact = self.exact.final
        if set(own) != set(exact):
            return self.say(f"tensors: {sorted(set(own) ^ set(exact))} have no counterpart")
        for name, wanted in exact.items():
            wanted, ours = wanted.numpy(), own[name]
            others = [replay.final[name].numpy() for replay in self.rounded]
            if ours.shape != wanted.shape:
                self.say(f"{name}: {ours.shape}, PyTorch {wanted.shape}")
            elif wanted.dtype == np.int64:
                if ours.dtype != np.int64 or ours != wanted:
                    self.say(f"{name}: {ours}, PyTorch {wanted}")
            else:
                self.arrays(name, ours, wanted, others)
        return None

    def arrays(self, name, own, wanted, others):
        """Compares arrays by their largest difference."""
        size = float(np.abs(wanted).max())
        others = [float(np.abs(other - wanted).max()) for other in others]
        own = own.astype(np.float64)
        difference = float(np.abs(own - wanted).max()) if np.isfinite(own).all() else math.inf
        self.number(f"{name}, largest difference", difference, 0.0, others, size)

    def epochs(self, own):
        """Compares the rows of metrics.csv."""
        if len(own) != len(self.exact.epochs):
            return self.say(f"metrics.csv: {len(own)} rows, PyTorch {len(self.exact.epochs)}")
        for index, (row, wanted) in enumerate(zip(own, self.exact.epochs)):
            others = [replay.epochs[index] for replay in self.rounded]
            where = f"metrics.csv row {index + 1}"
            for key in ("epoch", "step", "samples"):
                if int(row[key]) != wanted[key]:
                    self.say(f"{where}, {key}: {row[key]}, PyTorch {wanted[key]}")
            for key in ("trainingLoss", "learningRate"):
                self.number(f"{where}, {key}", float(row[key]), wanted[key], [other[key] for other in others])
            if ("trainingAccuracy" in wanted) != (row["trainingAccuracy"] != ""):
                self.say(f"{where}, trainingAccuracy: {row['trainingAccuracy']!r}")
            evaluation = wanted.get("evaluation")
            if (evaluation["split"] if evaluation else "") != row["split"]:
                self.say(f"{where}, split: {row['split']!r}")
            elif evaluation:
                others = [other["evaluation"]["loss"] for other in others]
                self.number(f"{where}, evaluationLoss", float(row["evaluationLoss"]), evaluation["loss"], others)
        return None
