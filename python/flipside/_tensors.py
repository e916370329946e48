"""Tensors of a safetensors file as arrays: 8 bytes of header length, a JSON header, then the numbers without gaps."""

import json
import os

import numpy as np

from ._files import FlipsideError

MOST_HEADER = 1_000_000
TYPES = {"F32": "<f4", "F16": "<f2"}


def read_tensors(data, path):
    """A dict of float32 arrays by name. `data`: the file's bytes. Raises `FlipsideError` with the tensor that is wrong."""
    name = os.path.basename(path)
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(MOST_HEADER, len(data) - 8):
        raise FlipsideError(f"{name} is no safetensors file: its header does not fit into its {len(data)} bytes.")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError) as thrown:
        raise FlipsideError(f"{name} has a header that is no JSON: {thrown}.") from thrown
    if not isinstance(header, dict):
        raise FlipsideError(f"{name} has a header that is no object.")
    body = memoryview(data)[8 + length :]
    return {key: _tensor(entry, f"{name}: {key}", body) for key, entry in header.items() if key != "__metadata__"}


def _tensor(entry, path, body):
    entry = entry if isinstance(entry, dict) else {}
    kind, shape, offsets = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if kind not in TYPES:
        raise FlipsideError(f"{path} must be of {' or '.join(TYPES)}, got {str(kind)[:20]!r}.")
    for numbers, what in ((shape, "shape"), (offsets, "data_offsets")):
        if not isinstance(numbers, list) or len(numbers) > 8 or not all(type(each) is int and each >= 0 for each in numbers):
            raise FlipsideError(f"{path} has a {what} that is no list of whole numbers.")
    size = np.dtype(TYPES[kind]).itemsize
    for each in shape:
        size *= each
    if len(offsets) != 2 or offsets[1] > len(body) or offsets[1] - offsets[0] != size:
        raise FlipsideError(f"{path} must have {size} bytes within {len(body)}, got those from {' to '.join(map(str, offsets))}.")
    return np.frombuffer(body[offsets[0] : offsets[1]], TYPES[kind]).reshape(shape).astype(np.float32)
