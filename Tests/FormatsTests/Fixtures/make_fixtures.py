#!/usr/bin/env python3
"""Writes the fixtures in this folder, with NumPy and safetensors.

    pip install numpy safetensors ml_dtypes    (the committed files: NumPy 2.4.6, safetensors 0.8.0)
    python3 make_fixtures.py

The files are committed; the tests need no Python. Running it again gives the same bytes.
"""

import os

import ml_dtypes
import numpy as np
import safetensors.numpy

os.chdir(os.path.dirname(os.path.abspath(__file__)))

# Every element type, byte order and layout: 2 × 3 numbers, the value a function of the index in C order.
INDEX = np.arange(6).reshape(2, 3)
VALUES = {"f": INDEX * 0.25 - 0.5, "i": INDEX * 20 - 50, "u": INDEX * 50, "b": INDEX % 2 == 1}
arrays = {}
for code in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1".split():
    for order, order_name in (("<", "little"), (">", "big")):
        for layout in "CF":
            arrays[f"{code}-{order_name}-{layout}"] = np.array(VALUES[code[0]], dtype=order + code, order=layout)
np.savez_compressed("types.npz", **arrays)

counted = np.arange(24, dtype="<i4").reshape(2, 3, 4)
np.savez("stored.npz", cube=np.asfortranarray(counted), x=np.float32([1, 2, 3]), unused=np.uint8([7]))
for major in (1, 2, 3):
    with open(f"version{major}.npy", "wb") as file:
        np.lib.format.write_array(file, counted, version=(major, 0))
np.save("single.npy", np.float64(2.5))
np.save("empty.npy", np.zeros((0, 3), np.float32))
np.save("halves.npy", np.float16([0, -0.0, 1, -2, 65504, 2**-24, 2**-14, 0.333251953125, np.inf, -np.inf, np.nan]))
np.save("wide.npy", np.array([[1, 2], [2**31, 3]], np.int64))
np.save("fractions.npy", np.array([1.0, 2.5]))
np.save("structured.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
np.save("complex.npy", np.zeros(2, np.complex64))

safetensors.numpy.save_file(
    {
        "0.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "1.bias \"é\" \U0001f600": np.float32([-1, 1e-30, np.inf]),
        "2.single": np.array(7, np.float32),
        "3.empty": np.zeros((0, 5), np.float32),
    },
    "float32.safetensors",
    metadata={"made by": "safetensors\n0.8.0"},
)
safetensors.numpy.save_file(
    {
        "half": np.float16([1.5, -2, 65504]),
        "brain": np.array([1.5, -2, 3e38], ml_dtypes.bfloat16),
        "double": np.float64([[0.1, -1e300]]),
    },
    "mixed.safetensors",
)
safetensors.numpy.save_file(
    {"counter": np.array(2**53 + 1, np.int64), "pair": np.int64([-1, 2]), "weight": np.float32([0.5])}, "int64.safetensors"
)
safetensors.numpy.save_file({"counter": np.int32([1])}, "int32.safetensors")
for file in os.listdir():
    os.chmod(file, 0o644)
