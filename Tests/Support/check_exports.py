#!/usr/bin/env python3
"""Runs exported networks on recorded inputs and prints the differences of the outputs, one line of JSON each.

    check_exports.py onnx|pytorch FOLDER...

A folder holds network.onnx, network.py, network.safetensors and network.npz, as dp-train exports them, and case.npz: x and
perhaps lengths as in dp-train (batch first, features last), and the outputs for them. If a network takes any number of steps,
shorter.npz has the same for sequences of fewer steps. The differences are relative to the largest output.
"""

import importlib.util
import json
import os
import sys
import zipfile

import numpy as np


def channels_first(x):
    """Turns images [batch, height, width, channels] into [batch, channels, height, width]; leaves other arrays unchanged."""
    return np.moveaxis(x, -1, 1) if x.ndim == 4 else x


def difference(outputs, wanted):
    assert outputs.shape == wanted.shape, f"{outputs.shape} in place of {wanted.shape}"
    return float(np.abs(outputs.astype(np.float64) - wanted).max() / np.abs(wanted).max())


def read_cases(folder):
    """Returns the recorded inputs and outputs: those of the training's shape, and those of fewer steps if recorded."""
    paths = [os.path.join(folder, name) for name in ("case.npz", "shorter.npz")]
    return [dict(np.load(path)) for path in paths if os.path.exists(path)]


def check_onnx(folder):
    import onnx
    import onnxruntime

    path = os.path.join(folder, "network.onnx")
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    first, *others = session.get_inputs()
    cases = read_cases(folder)
    assert len(cases) == (2 if "time" in first.shape else 1), f"{len(cases)} cases for inputs of {first.shape}"
    differences = []
    for case in cases:
        x = channels_first(case["x"])
        if first.type == "tensor(int64)":
            x = x[..., 0].astype(np.int64)
        inputs = {first.name: np.ascontiguousarray(x)}
        inputs.update({other.name: case["lengths"].astype(np.int64) for other in others})
        wanted = channels_first(case["outputs"])
        for count in (len(x), 1):
            (outputs,) = session.run(None, {name: value[:count] for name, value in inputs.items()})
            differences.append(difference(outputs, wanted[:count]))
    return {
        "difference": max(differences),
        "input": [str(size) for size in first.shape],
        "inputs": [value.name for value in session.get_inputs()],
        "output": session.get_outputs()[0].name,
        "metadata": session.get_modelmeta().custom_metadata_map,
    }


def load_module(folder):
    spec = importlib.util.spec_from_file_location("network", os.path.join(folder, "network.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_pytorch(folder):
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    module = load_module(folder)
    model = module.load()
    differences = []
    for case in read_cases(folder):
        x = torch.from_numpy(np.ascontiguousarray(channels_first(case["x"])))
        if "int64" in type(model).__doc__.split(",")[0]:
            x = x[..., 0].long()
        lengths = [torch.from_numpy(case["lengths"]).long()] if "lengths" in case else []
        with torch.no_grad():
            outputs = model(x, *lengths).numpy()
        differences.append(difference(outputs, channels_first(case["outputs"])))

    # The NumPy archive must have the same state and the same metadata.
    path = os.path.join(folder, "network.safetensors")
    state = load_file(path)
    archive = np.load(os.path.join(folder, "network.npz"))
    assert set(archive.files) == set(state)
    for name in archive.files:
        assert archive[name].dtype == state[name].numpy().dtype and np.array_equal(archive[name], state[name].numpy()), name
    with safe_open(path, "pt") as file, zipfile.ZipFile(os.path.join(folder, "network.npz")) as zipped:
        metadata = file.metadata()
        # The archive's comment has no room for a long recipe.
        kept = json.loads(zipped.comment)
        if len(metadata["recipe"]) > 60000 and "recipe" not in kept:
            kept["recipe"] = metadata["recipe"]
        assert kept == metadata, "the archive's comment has other metadata"
    type(model)().load_state_dict({name: torch.from_numpy(archive[name]) for name in archive.files}, strict=True)
    return {"difference": max(differences), "metadata": metadata}


def main():
    check = {"onnx": check_onnx, "pytorch": check_pytorch}[sys.argv[1]]
    for folder in sys.argv[2:]:
        try:
            result = check(folder)
        except Exception as error:  # one line for each folder, whatever happens
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"name": os.path.basename(folder), **result}))


if __name__ == "__main__":
    main()
