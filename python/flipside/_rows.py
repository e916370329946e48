"""Rows of scores, a number a layer: hundredths in 16 bits as base64, or a list."""

import base64
import binascii

import numpy as np

from ._files import FlipsideError

NONE = -32768


def matrix(rows, path, layers):
    """Rows as an array [rows, layers] of float32. Raises `FlipsideError` with the row that is wrong."""
    out = np.empty((len(rows), layers), np.float32)
    packed, places = [], []
    for at, row in enumerate(rows):
        if isinstance(row, str):
            try:
                data = base64.b64decode(row, validate=True)
            except (binascii.Error, ValueError):
                data = b""
            if len(data) != 2 * layers:
                raise FlipsideError(f"{path}[{at}] must hold {layers} numbers of 16 bits in base64, got {len(data)} bytes.")
            packed.append(data)
            places.append(at)
        else:
            out[at] = numbers(row, f"{path}[{at}]", layers)
    if packed:
        whole = np.frombuffer(b"".join(packed), "<i2").reshape(-1, layers)
        out[places] = np.where(whole == NONE, np.float32(np.nan), whole / np.float32(100))
    return out


def numbers(row, path, count):
    """A list of numbers as an array; null is NaN."""
    if not isinstance(row, list) or len(row) != count:
        raise FlipsideError(f"{path} must be a list of {count} numbers, got {len(row) if isinstance(row, list) else type(row).__name__}.")
    if not all(value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in row):
        raise FlipsideError(f"{path} holds something that is no number.")
    return np.array([np.nan if value is None else value for value in row], np.float64)
