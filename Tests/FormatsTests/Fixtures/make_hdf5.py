#!/usr/bin/env python3
"""Writes types.h5 and stored-types.npz in this folder, with h5py and NumPy.

    pip install h5py numpy    (the committed files: h5py 3.16.0, HDF5 2.0.0, NumPy 2.4.6)
    python3 make_hdf5.py

The files are committed; the tests need no Python.
"""

import os

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))

# Every element type and byte order, 7 × 3 numbers as they stand; half of them also in chunks, the others in compressed chunks.
INDEX = np.arange(21).reshape(7, 3)
VALUES = {"f": INDEX * 0.25 - 0.5, "i": INDEX * 10 - 90, "u": INDEX * 12, "b": INDEX % 2 == 1}
arrays = {}
for code in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1".split():
    for order, order_name in (("<", "little"), (">", "big")):
        arrays[f"{code}-{order_name}"] = np.array(VALUES[code[0]], dtype=order + code)
np.savez("stored-types.npz", **arrays)

# The oldest form that libraries read, and no times: the same bytes each time.
with h5py.File("types.h5", "w", libver="earliest", track_order=False) as file:
    for name, array in arrays.items():
        file.create_dataset(f"plain/{name}", data=array, track_times=False)
        if name.endswith("little"):
            file.create_dataset(f"chunks/{name}", data=array, chunks=(4, 2), track_times=False)
        else:
            file.create_dataset(
                f"packed/{name}", data=array, chunks=(7, 3), compression="gzip", fletcher32=True, track_times=False
            )
    file.create_dataset("others/text", data=["a", "b"], track_times=False)
    file.create_dataset("others/records", data=np.zeros(2, [("a", "<f4"), ("b", "<i4")]), track_times=False)
    lists = file.create_dataset("others/lists", (2,), dtype=h5py.vlen_dtype(np.float32), track_times=False)
    lists[0], lists[1] = [1.0], [2.0, 3.0]
    file.create_dataset("others/complex", data=np.zeros(2, np.complex64), track_times=False)
    file.create_dataset("others/single", data=np.float32(2.5), track_times=False)
    file.create_dataset("others/lzf", data=INDEX, chunks=(7, 3), compression="lzf", track_times=False)
    file["others/circle"] = h5py.SoftLink("/others")
for name in ("types.h5", "stored-types.npz"):
    os.chmod(name, 0o644)
