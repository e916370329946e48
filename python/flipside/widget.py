"""A run in Jupyter, drawn by the page's own code. Needs the package `anywidget`, and `npm run build:widget` before installing."""

import json
import pathlib

import anywidget
import traitlets

from .run import Run

_MODULE = pathlib.Path(__file__).with_name("widget.js")


class RunWidget(anywidget.AnyWidget):
    """The coloured text, the line and the table of a run. run: the text of a run file; layer: one layer, or None for the reading."""

    _esm = _MODULE
    _css = ".flipside .text { white-space: pre-wrap } .flipside svg { display: block; width: 100%; height: 120px }"
    run = traitlets.Unicode().tag(sync=True)
    layer = traitlets.Int(None, allow_none=True).tag(sync=True)


def show(path, layer=None):
    """The widget of a run file. Raises `FlipsideError` for a file that is no run."""
    text = pathlib.Path(path).read_text(encoding="utf-8-sig")
    Run(json.loads(text), pathlib.Path(path).name)
    return RunWidget(run=text, layer=layer)
