"""Runs a run's exported networks on its samples: the PyTorch module, and ONNX with onnxruntime."""

import importlib.util
import inspect

import numpy as np
import onnxruntime
import torch
from network import Ragged


def outputs_of(replay, samples, tensors):
    """The replay's outputs for all samples, in the shape of the exports', with zeros after the steps of each sample."""
    ((_, _, outputs),) = replay.outputs(samples, tensors, len(samples))
    return (outputs.padded() if isinstance(outputs, Ragged) else outputs).numpy()


def inputs_of(samples, takes_indices):
    """The arguments of an export: the inputs, and the lengths if there are any."""
    x = samples.behind()
    if takes_indices:
        x = x[..., 0].astype("i8")
    elif x.ndim == 4:
        x = np.moveaxis(x, -1, 1)
    inputs = [np.ascontiguousarray(x)]
    return inputs if samples.lengths is None else [*inputs, samples.lengths.astype("i8")]


def run_pytorch(path, inputs):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load()
    # `forward` only takes lengths if a layer needs them.
    taken = len(inspect.signature(model.forward).parameters)
    with torch.no_grad():
        return model(*map(torch.from_numpy, inputs[:taken])).numpy()


def run_onnx(path, inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    (outputs,) = session.run(None, dict(zip(names, inputs)))
    return outputs


RUNNERS = {"pytorch": (run_pytorch, ".py"), "onnx": (run_onnx, ".onnx")}


def compare_exports(comparison, folder, program, samples, own, takes_indices):
    """Exports the run in `folder`, and compares both networks' outputs for `samples` with the replay's.

    The replay takes the run's own weights; `program` runs dp-train.
    """
    tensors = {name: torch.from_numpy(value) for name, value in own.items()}
    exact = outputs_of(comparison.exact, samples, {name: in_float64(value) for name, value in tensors.items()})
    rounded = outputs_of(comparison.rounded[0], samples, tensors)
    counts = np.ones(exact.shape[:2] if exact.ndim == 3 else exact.shape[:1], bool)
    if exact.ndim == 3 and samples.lengths is not None:
        counts = np.arange(exact.shape[1]) < samples.lengths[:, None]
    for kind, (run, suffix) in RUNNERS.items():
        name = f"network-of-{folder.name}{suffix}"
        done = program("export", "run", "--format", kind, "--out", name)
        if done.returncode != 0:
            comparison.say(f"export --format {kind} ends with {done.returncode}: {done.stderr.strip()}")
            continue
        try:
            found = run(folder / name, inputs_of(samples, takes_indices))
        except Exception as error:
            comparison.say(f"the {kind} export fails: {type(error).__name__}: {error}")
            continue
        if found.shape != exact.shape:
            comparison.say(f"the {kind} export gives {found.shape}, PyTorch {exact.shape}")
        else:
            comparison.arrays(f"the {kind} export's outputs", found[counts], exact[counts], [rounded[counts]])


def in_float64(value):
    return value if value.dtype == torch.int64 else value.double()
