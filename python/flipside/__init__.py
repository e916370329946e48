"""Opens files of Flipside: runs, probe reports and experiments, as tables, arrays and Plotly figures."""

from ._files import FlipsideError, open_file
from .experiment import Experiment
from .probe import Probe, open_probe
from .report import Report
from .run import Run

__all__ = ["Experiment", "FlipsideError", "Probe", "Report", "Run", "open", "open_probe"]

_KINDS = {
    "flipside-recording": Run,
    "flipside-report": Report,
    "flipside-experiment-report": Experiment,
}


def open(path):
    """Opens a run, a probe report or an experiment by what it holds, not by its name.

    Returns a `Run`, `Report` or `Experiment`. Raises `FlipsideError` for a file that is none of these, is newer than this
    reader, is too large, or is broken; the message names the place.
    """
    data, name = open_file(path)
    kind = data.get("format")
    if kind not in _KINDS:
        raise FlipsideError(
            f"{name} is no file that this reader opens: its format is {str(kind)[:60]!r}. "
            f"It opens {', '.join(_KINDS)}."
        )
    return _KINDS[kind](data, name)
