#!/usr/bin/env python3
"""Records scikit-learn's metrics of random predictions: metrics.json.

    pip install numpy scikit-learn; python3 make_metrics.py        (made with scikit-learn 1.9.1)

Each case has a name, a task (classes, events or values), outputs (rows of logits, or of numbers), targets (classes, or rows), the
value of each metric, null if it is not defined, and in parts those of each class, label or output.
"""

import json
import math
import os
import warnings

import numpy as np
from sklearn import metrics as m

random = np.random.default_rng(21)
cases = []


def record(task, name, outputs, targets, metrics, parts):
    def number(value):
        return None if math.isnan(value) else float(value)

    cases.append(dict(
        name=name, task=task, outputs=[[round(float(v), 3) for v in row] for row in outputs], targets=targets.tolist(),
        metrics={key.replace("_", "-"): number(value) for key, value in metrics.items()},
        parts={key.replace("_", "-"): [number(v) for v in values] for key, values in parts.items()}))


def mean(values):
    values = np.array([np.nan if v is None else v for v in values])
    return np.nan if np.isnan(values).all() else np.nanmean(values)


def ranking(y, scores):
    """AUC and average precision of each column; NaN where scikit-learn has none, or only a warning."""
    y = y.astype(bool)
    auc = [m.roc_auc_score(t, s) if 0 < t.sum() < len(t) else np.nan for t, s in zip(y.T, scores.T)]
    precision = [m.average_precision_score(t, s) if t.any() else np.nan for t, s in zip(y.T, scores.T)]
    return np.array(auc), np.array(precision)


def calibration_error(confidence, right, bins=15):
    """Guo et al. 2017; scikit-learn has none."""
    bin = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return sum(abs(right[bin == b].sum() - confidence[bin == b].sum()) for b in range(bins)) / len(right)


def of_classes(predicted, y, macro=True):
    values = dict(
        accuracy=m.accuracy_score(y, predicted), balanced_accuracy=m.balanced_accuracy_score(y, predicted),
        kappa=m.cohen_kappa_score(y, predicted), matthews=m.matthews_corrcoef(y, predicted))
    for average in ("macro", "weighted"):
        p, r, f, _ = m.precision_recall_fscore_support(y, predicted, average=average, zero_division=0)
        values |= {f"{average}_precision": p, f"{average}_recall": r, f"{average}_f1": f}
    return values


def of_second(predicted, y):
    p, r, f, _ = m.precision_recall_fscore_support(y, predicted, average="binary", zero_division=0)
    return dict(precision=p, recall=r, f1=f)


def classes(case, z, y):
    z = np.round(z, 3).astype(np.float32)
    wide = z.astype(np.float64)
    p = np.exp(wide - wide.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    predicted, count = z.argmax(1), z.shape[1]
    parts = {}
    # Equal probabilities stay equal, whatever the order of their sums.
    scores = np.round(p, 13)
    hot = np.eye(count)[y]
    auc, precision = ranking(hot[:, 1:], scores[:, 1:]) if count == 2 else ranking(hot, scores)
    values = of_classes(predicted, y) | dict(
        log_loss=m.log_loss(y, p, labels=list(range(count))), calibration_error=calibration_error(p.max(1), predicted == y),
        roc_auc=mean(auc), average_precision=mean(precision))
    if count == 2:
        values |= of_second(predicted, y)
    else:
        parts = dict(roc_auc=auc, average_precision=precision)
        # The first of equal outputs comes first here, the last one there.
        values |= {f"top_{k}": m.top_k_accuracy_score(count - 1 - y, z[:, ::-1], k=k, labels=list(range(count)))
                   for k in (2, 5) if k < count}
    record("classes", case, z, y, values, parts)


def events(case, z, y):
    z = np.round(z, 3).astype(np.float32)
    wide = z.astype(np.float64)
    p = 1 / (1 + np.exp(-wide))
    predicted = z > 0
    parts = {}
    auc, precision = ranking(y, z)
    entropy = np.mean(np.logaddexp(0, wide) - wide * y)
    values = dict(
        log_loss=entropy, calibration_error=calibration_error(np.maximum(p, 1 - p).ravel(), (predicted == y).ravel()),
        roc_auc=mean(auc), average_precision=mean(precision))
    if z.shape[1] == 1:
        values |= of_classes(predicted[:, 0].astype(int), y[:, 0].astype(int))
        values |= of_second(predicted[:, 0].astype(int), y[:, 0].astype(int))
    else:
        parts = dict(
            roc_auc=auc, average_precision=precision, macro_f1=m.f1_score(y, predicted, average=None, zero_division=0))
        values |= dict(accuracy=np.mean(predicted == y), subset_accuracy=m.accuracy_score(y, predicted))
        for average in ("macro", "weighted", "micro"):
            r = m.precision_recall_fscore_support(y, predicted, average=average, zero_division=0)
            values |= {f"{average}_precision": r[0], f"{average}_recall": r[1], f"{average}_f1": r[2]}
    record("events", case, z, y.astype(int), values, parts)


def values(case, z, y):
    z, y = np.round(z, 3).astype(np.float32), np.round(y, 3)
    a, b = y.astype(np.float32).astype(np.float64), z.astype(np.float64)
    functions = dict(mae=m.mean_absolute_error, rmse=m.root_mean_squared_error, r2=m.r2_score)
    parts = {key: f(a, b, multioutput="raw_values") for key, f in functions.items()} if z.shape[1] > 1 else {}
    record("values", case, z, y, {key: f(a, b) for key, f in functions.items()}, parts)


def logits(rows, count, y, strength=1.0):
    return 2 * random.standard_normal((rows, count)) + strength * np.eye(count)[y]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for rows, count in ((97, 3), (64, 12), (80, 2)):
        y = random.integers(0, count, rows)
        classes(f"random-{count}", logits(rows, count, y), y)
        classes(f"ties-{count}", np.round(logits(rows, count, y)), y)
    y = random.choice([0, 2, 3], 70)
    classes("missing", logits(70, 5, y), y)
    z = logits(70, 4, y, 3)
    z[:, 1] = -20
    classes("never-predicted", z, y)
    for count in (2, 4):
        one = np.ones(20, int)
        classes(f"one-class-{count}", logits(20, count, one), one)
        classes(f"one-class-and-right-{count}", logits(20, count, one, 30), one)
    y = random.integers(0, 2, 40)
    classes("one-prediction", np.column_stack([np.full(40, 3.0), random.standard_normal(40)]), y)
    classes("one-row", logits(1, 3, np.array([2])), np.array([2]))

    y = random.random((75, 1)) < 0.3
    events("one", 2 * random.standard_normal((75, 1)) + y, y)
    events("one-ties", np.round(2 * random.standard_normal((75, 1)) + y), y)
    events("one-never", random.standard_normal((20, 1)), np.zeros((20, 1), bool))
    y = random.random((90, 4)) < (0.1, 0.4, 0.5, 0.9)
    events("four", 2 * random.standard_normal((90, 4)) + 2 * y - 1, y)
    events("four-ties", np.round(2 * random.standard_normal((90, 4)) + 2 * y - 1), y)
    y = y.copy()
    y[:, 0], y[:, 3] = False, True
    z = 2 * random.standard_normal((90, 4)) + 2 * y - 1
    z[:, 0] = -5
    events("four-missing", z, y)

    y = random.standard_normal((50, 1))
    values("one", y + 0.3 * random.standard_normal((50, 1)), y)
    y = random.standard_normal((60, 3)) * (1, 100, 0.01) + (0, 100_000, 5)
    values("three", y + (0.5, 10, 0.02) * random.standard_normal((60, 3)), y)
    values("bad", -y, y)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
