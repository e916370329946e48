"""A probe's vectors."""

import hashlib
import os

from ._files import MOST_BYTES, FlipsideError, member, open_file, version_of, whole
from ._tensors import read_tensors

NEWEST = 5


class Probe:
    """A probe: id, title, axis, model (dict), default_layer, and tensors by name, e.g. tensors["directions"] [layers, hidden]."""

    def __init__(self, data, tensors, name="probe"):
        self.id, self.title = member(data, name, "id", str), member(data, name, "title", str)
        self.axis, self.model = dict(member(data, name, "axis", dict)), dict(member(data, name, "model", dict))
        self.default_layer = whole(data, name, "defaultLayer", 0, 512)
        self.tensors = tensors


def open_probe(folder):
    """Opens a probe's folder. Raises `FlipsideError` where its two files are wrong, or are not of one probe."""
    data, name = open_file(os.path.join(folder, "probe.json"))
    if data.get("format") != "flipside-probe":
        raise FlipsideError(f"{name} is no probe: its format is {str(data.get('format'))[:60]!r}.")
    version = version_of(data, name, NEWEST)
    path = os.path.join(folder, "directions.safetensors")
    size = os.path.getsize(path)
    if size > MOST_BYTES:
        raise FlipsideError(f"directions.safetensors has {size:,} bytes; at most {MOST_BYTES:,} are read.")
    with open(path, "rb") as file:
        held = file.read()
    if version >= 5:
        found = hashlib.sha256(held).hexdigest()
        if found != data.get("tensorsSha256"):
            raise FlipsideError(f"directions.safetensors is not the file that {name} was written with: its SHA-256 is {found}.")
    return Probe(data, read_tensors(held, path), name)
