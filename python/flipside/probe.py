"""A probe's vectors."""

import hashlib
import os

from ._files import FlipsideError, member, open_file, version_of, whole

NEWEST = 5


class Probe:
    """A probe: id, title, axis, model (dict), default_layer, and tensors by name, e.g. tensors["directions"] [layers, hidden]."""

    def __init__(self, data, tensors, name="probe"):
        self.id, self.title = member(data, name, "id", str), member(data, name, "title", str)
        self.axis, self.model = dict(member(data, name, "axis", dict)), dict(member(data, name, "model", dict))
        self.default_layer = whole(data, name, "defaultLayer", 0, 512)
        self.tensors = tensors


def open_probe(folder):
    """Opens a probe's folder. Needs the package `safetensors`. Raises `FlipsideError` where the two files are not of one probe."""
    from safetensors.numpy import load_file

    data, name = open_file(os.path.join(folder, "probe.json"))
    if data.get("format") != "flipside-probe":
        raise FlipsideError(f"{name} is no probe: its format is {str(data.get('format'))[:60]!r}.")
    version = version_of(data, name, NEWEST)
    path = os.path.join(folder, "directions.safetensors")
    if version >= 5:
        with open(path, "rb") as file:
            found = hashlib.sha256(file.read()).hexdigest()
        if found != data.get("tensorsSha256"):
            raise FlipsideError(f"directions.safetensors is not the file that {name} was written with: its SHA-256 is {found}.")
    return Probe(data, load_file(path), name)
