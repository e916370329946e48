"""The report of an experiment: its verdict by a rule written before the run, gates, and contrasts."""

import numpy as np

from ._files import member, number_or_nan, version_of

NEWEST = 1


class Experiment:
    """An experiment's report.json.

    id, title, claim, verdict (CONFIRM, DENY, PARTIAL or INCONCLUSIVE), because, gates (list of dict), contrasts (list of dict)
    """

    def __init__(self, data, name="report"):
        version_of(data, name, NEWEST)
        about = member(data, name, "experiment", dict)
        self.id, self.title, self.claim = (member(about, f"{name}.experiment", key, str) for key in ("id", "title", "claim"))
        self.verdict = member(data, name, "verdict", str)
        self.because = data.get("because")
        self.gates = member(data, name, "gates", list)
        self.contrasts = member(data, name, "contrasts", list)
        self.data = data
        self._name = name
        self.table()

    def table(self):
        """One row a contrast: id, says, unit, value, its 95 % interval low and high, n, p, p_holm, and the ROPE. A dict of columns."""
        rows = []
        for at, contrast in enumerate(self.contrasts):
            path = f"{self._name}.contrasts[{at}]"
            estimate = member(contrast, path, "estimate", dict)
            rope = contrast.get("rope") or [None, None]
            rows.append(
                {
                    "id": member(contrast, path, "id", str),
                    "says": member(contrast, path, "says", str),
                    "unit": member(contrast, path, "unit", str),
                    **{key: number_or_nan(estimate, f"{path}.estimate", key) for key in ("value", "low", "high", "n")},
                    "p": number_or_nan(contrast, path, "p"),
                    "p_holm": number_or_nan(contrast, path, "pHolm"),
                    "rope_low": np.nan if rope[0] is None else float(rope[0]),
                    "rope_high": np.nan if rope[1] is None else float(rope[1]),
                }
            )
        keys = rows[0].keys() if rows else ()
        text = ("id", "says", "unit")
        return {key: [row[key] for row in rows] if key in text else np.array([row[key] for row in rows]) for key in keys}

    def figure(self):
        """A Plotly figure as a dict: each contrast with its 95 % interval. Units differ from row to row."""
        table = self.table()
        names = [f"{says} ({unit})" for says, unit in zip(table.get("says", []), table.get("unit", []))]
        plain = lambda values: [None if not np.isfinite(value) else float(value) for value in values]
        value = table.get("value", np.array([]))
        return {
            "data": [
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": plain(value),
                    "y": names,
                    "error_x": {
                        "type": "data",
                        "symmetric": False,
                        "array": plain(table.get("high", value) - value),
                        "arrayminus": plain(value - table.get("low", value)),
                    },
                    "name": "estimate and 95 % interval",
                }
            ],
            "layout": {
                "title": {"text": f"{self.id}. {self.title} {self.verdict}"},
                "xaxis": {"zeroline": True},
                "yaxis": {"autorange": "reversed", "automargin": True},
            },
        }
