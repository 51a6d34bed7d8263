"""The arrays of an .npz file for a network and a loss."""

import numpy as np
import torch
from network import Ragged


class Samples:
    """The samples of one file; with `front`, sequences with fewer steps are padded in front."""

    def __init__(self, arrays, front=False):
        self.x, self.y, self.lengths = arrays["x"], arrays["y"], arrays.get("lengths")
        self.front = front

    def __len__(self):
        return len(self.x)

    @property
    def shape(self):
        return self.x.shape[1:]

    def valid(self, array, sample):
        """The valid steps of a sample."""
        length = int(self.lengths[sample])
        return array[sample, array.shape[1] - length :] if self.front else array[sample, :length]

    def behind(self):
        """The inputs with zeros after each sample's steps."""
        if self.lengths is None:
            return self.x
        result = np.zeros_like(self.x)
        for sample, length in enumerate(self.lengths):
            result[sample, :length] = self.valid(self.x, sample)
        return result

    def inputs(self, start, end, dtype):
        """The inputs of the samples from `start` up to `end`."""
        if self.lengths is not None:
            sequences = [torch.from_numpy(self.valid(self.x, i)).to(dtype)[None] for i in range(start, end)]
            return Ragged(sequences, self.x.shape[1])
        x = torch.from_numpy(self.x[start:end]).to(dtype)
        return x.movedim(-1, 1) if x.dim() == 4 else x

    def targets(self, start, end, outputs):
        """The targets in the order of the rows of `outputs`."""
        if isinstance(outputs, Ragged):
            return torch.cat([torch.from_numpy(self.valid(self.y, i)) for i in range(start, end)])
        return torch.from_numpy(self.y[start:end])
