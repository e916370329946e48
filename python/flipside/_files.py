"""Files as they lie on disk, checked step by step: what is wrong is told with its place."""

import json
import math
import os

MOST_BYTES = 256_000_000


class FlipsideError(ValueError):
    """A file that cannot be used. The message says where the fault is and what was found."""


def open_file(path):
    """The JSON object of a file, and the file's name. Raises `FlipsideError`."""
    name = os.path.basename(os.fspath(path))
    size = os.path.getsize(path)
    if size > MOST_BYTES:
        raise FlipsideError(f"{name} has {size:,} bytes; at most {MOST_BYTES:,} are read.")
    try:
        with open(path, encoding="utf-8-sig") as file:
            data = json.load(file, parse_constant=_no_number)
    except (ValueError, RecursionError) as thrown:
        raise FlipsideError(f"{name} is no JSON: {thrown}.") from thrown
    if not isinstance(data, dict):
        raise FlipsideError(f"{name} must hold an object, got {type(data).__name__}.")
    return data, name


def _no_number(word):
    raise ValueError(f"{word} is no number of JSON")


def version_of(data, name, newest):
    """The version of a file. Raises where it is newer than this reader."""
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise FlipsideError(f"{name}.version must be a whole number from 1, got {version!r}.")
    if version > newest:
        raise FlipsideError(f"{name} has version {version}, and this reader knows versions to {newest}. Update the reader.")
    return version


def member(data, path, key, kind):
    """A member of an object, of a kind: `str`, `int`, `float`, `list` or `dict`."""
    if not isinstance(data, dict) or key not in data:
        raise FlipsideError(f"{path}.{key} is missing.")
    value = data[key]
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or isinstance(value, bool) or (kind is float and not math.isfinite(value)):
        raise FlipsideError(f"{path}.{key} must be of type {kind.__name__}, got {str(value)[:60]!r}.")
    return value


def whole(data, path, key, least, most):
    """A whole number between limits."""
    value = member(data, path, key, int)
    if not least <= value <= most:
        raise FlipsideError(f"{path}.{key} must be from {least} to {most}, got {value}.")
    return value


def number_or_nan(data, path, key):
    """A number, NaN where it is null or missing."""
    return math.nan if data.get(key) is None else float(member(data, path, key, float))
