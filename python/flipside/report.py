"""The judgement of a probe: how well it tells the poles apart, layer by layer, with nulls."""

import numpy as np

from ._files import FlipsideError, member, version_of, whole
from ._rows import numbers

NEWEST = 3


class Report:
    """A probe's report.json.

    axis, layer, topics, readings, caveats (list of str); curves: what the file holds of each way of fitting, the probe's own first
    """

    def __init__(self, data, name="report"):
        version_of(data, name, NEWEST)
        axis = member(data, name, "axis", dict)
        self.axis = {key: member(axis, f"{name}.axis", key, str) for key in ("positive", "negative", "neutral")}
        self.layer = whole(data, name, "layer", 0, 512)
        self.topics = whole(data, name, "topics", 0, 10**6)
        self.readings = whole(data, name, "readings", 0, 10**7)
        self.caveats = [str(each) for each in member(data, name, "caveats", list)]
        self.curves = member(data, name, "curves", list)
        if not self.curves:
            raise FlipsideError(f"{name}.curves is empty: there is no judgement in it.")
        self.data = data
        self._name = name

    def table(self, method=0):
        """One row a layer: AUROC with topics left out, its 95 % interval, pairs in order, d', and the null's 95th percentile."""
        if not 0 <= method < len(self.curves):
            raise IndexError(f"there are {len(self.curves)} methods")
        path = f"{self._name}.curves[{method}]"
        curve = self.curves[method]
        auroc = member(curve, path, "auroc", list)
        columns = {
            "auroc": "auroc",
            "auroc_low": "aurocLow",
            "auroc_high": "aurocHigh",
            "pairs": "pairs",
            "d_prime": "dPrime",
            "null_auroc95": "nullAuroc95ByLayer",
        }
        return {
            "layer": np.arange(len(auroc)),
            **{
                name: numbers(member(curve, path, key, list), f"{path}.{key}", len(auroc))
                for name, key in columns.items()
                if key in curve
            },
        }

    def figure(self, method=0):
        """A Plotly figure as a dict: AUROC by layer with its interval, and the 95th percentile of shuffled labels."""
        table = self.table(method)
        x = table["layer"].tolist()
        y = lambda key: [None if not np.isfinite(value) else float(value) for value in table[key]]
        line = lambda key, **more: {"type": "scatter", "x": x, "y": y(key), "mode": "lines", **more}
        data = []
        if "auroc_low" in table:
            data.append(line("auroc_low", line={"width": 0}, showlegend=False))
            data.append(line("auroc_high", line={"width": 0}, fill="tonexty", name="95 % interval"))
        data.append({**line("auroc", name="AUROC, topics left out"), "mode": "lines+markers"})
        if "null_auroc95" in table:
            data.append(line("null_auroc95", line={"dash": "dot"}, name="95 % of shuffled labels"))
        title = f"{self.axis['positive']} and {self.axis['negative']}: {self.topics} topics, {self.readings} readings"
        return {
            "data": data,
            "layout": {
                "title": {"text": title},
                "xaxis": {"title": {"text": "layer"}},
                "yaxis": {"title": {"text": "AUROC"}, "range": [0, 1]},
            },
        }
