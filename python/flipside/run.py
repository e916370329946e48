"""A run: a text with its scores by token and layer, and its readings at neutral words."""

import numpy as np

from ._files import FlipsideError, member, version_of, whole
from ._rows import matrix, numbers

NEWEST = 5
MOST_TOKENS = 131_072
MOST_LAYERS = 512
STANDS = ("sentence", "clause", "word")

# As src/reading/trace.ts: a reading's weight falls to 1/e over so many tokens, and none counts that lies further back.
FADE_TOKENS, REACH_TOKENS = 3, 9
# Share of the mean so far that is taken off, and tokens of zero that this mean begins with.
ZERO_SHARE, ZERO_TOKENS = 0.5, 20


class Run:
    """A run as Flipside exports it.

    text, title, axis (dict of positive, negative, neutral), default_layer, given_tokens, provenance (dict)
    tokens    list of str, ids  array [tokens]
    scores    float32 [tokens, layers] in standard deviations of the probe's training turns; NaN at the first token
    words     float32 [tokens, layers], the part of the scores that the words alone predict
    after     int [readings], the token after which each reading stands; stands list of str
    shown     float64 [readings, 3], score, low and high of what the page shows, before smoothing; NaN in older files
    readings, low, high   float32 [readings, layers], the reading and the range of random directions at every layer
    """

    def __init__(self, data, name="recording"):
        version = version_of(data, name, NEWEST)
        self.title = member(data, name, "title", str)
        self.text = member(data, name, "text", str)
        axis = member(data, name, "axis", dict)
        self.axis = {key: member(axis, f"{name}.axis", key, str) for key in ("positive", "negative", "neutral")}
        layers = whole(data, name, "layers", 1, MOST_LAYERS)
        self.default_layer = whole(data, name, "defaultLayer", 0, layers - 1)
        self.provenance = dict(member(data, name, "provenance", dict))
        pieces = member(data, name, "tokens", list)
        if len(pieces) > MOST_TOKENS:
            raise FlipsideError(f"{name}.tokens has {len(pieces)} tokens; at most {MOST_TOKENS} are read.")
        for at, piece in enumerate(pieces):
            good = isinstance(piece, list) and len(piece) == 2 and type(piece[0]) is int and isinstance(piece[1], str)
            if not good or not 0 <= piece[0] < 2**31:
                raise FlipsideError(f"{name}.tokens[{at}] must be a token's id and its text.")
        self.given_tokens = whole(data, name, "givenTokens", 0, len(pieces))
        self.ids = np.array([piece[0] for piece in pieces], np.int64)
        self.tokens = [piece[1] for piece in pieces]
        self.scores = self._by_token(data, name, "scores", layers)
        if version == 1:
            self.words = np.full_like(self.scores, np.nan)
        else:
            self.words = self._by_token(data, name, "words", layers)
        self._readings(member(data, name, "taps", list), f"{name}.taps", version, layers)

    def _by_token(self, data, name, key, layers):
        rows = member(data, name, key, list)
        if len(rows) != len(self.tokens):
            raise FlipsideError(f"{name}.{key} must have a row for each of {len(self.tokens)} tokens, got {len(rows)}.")
        return matrix(rows, f"{name}.{key}", layers)

    def _readings(self, readouts, path, version, layers):
        after, stands, shown = [], [], []
        for at, readout in enumerate(readouts):
            here = f"{path}[{at}]"
            after.append(whole(readout, here, "afterToken", 0, max(0, len(self.tokens) - 1)))
            stand = "sentence" if version < 5 else member(readout, here, "stand", str)
            if stand not in STANDS:
                raise FlipsideError(f"{here}.stand must be one of {', '.join(STANDS)}, got {stand[:40]!r}.")
            stands.append(stand)
            value = None if version < 5 else readout.get("shown")
            shown.append([np.nan] * 3 if value is None else numbers(value, f"{here}.shown", 3))
        order = np.argsort(np.array(after, np.int64), kind="stable")
        self.after = np.array(after, np.int64)[order]
        self.stands = [stands[at] for at in order]
        self.shown = np.array(shown, np.float64).reshape(-1, 3)[order]
        none = [None] * layers

        def rows(key, needed):
            found = [member(readout, f"{path}[{at}]", key, object) if needed else readout.get(key, none) for at, readout in enumerate(readouts)]
            return matrix(found, f"{path}.{key}", layers)[order]

        self.readings = rows("score", True)
        self.low = rows("nullLow", version < 5)
        self.high = rows("nullHigh", version < 5)

    def trace(self, layer=None):
        """The line that the page draws: a dict of columns, one row a stretch of text.

        from, after: first and last token of the stretch; stand; score, low, high. Without a layer these are the readings that the
        page shows, smoothed by what came before; where a file has none, and with a layer, they are those of one layer, raw.
        """
        last = {int(token): at for at, token in enumerate(self.after)}
        places = [last[token] for token in sorted(last)]
        shown = layer is None and len(places) > 0 and bool(np.isfinite(self.shown[places]).all())
        column = self.default_layer if layer is None else layer
        after = self.after[places]
        if shown:
            values = _smoothed(after, self.shown[places])
        else:
            values = np.stack([self.readings[places, column], self.low[places, column], self.high[places, column]], 1)
        return {
            "from": np.concatenate([[0], after[:-1] + 1]).astype(np.int64)[: len(after)],
            "after": after,
            "stand": [self.stands[at] for at in places],
            "score": values[:, 0],
            "low": values[:, 1],
            "high": values[:, 2],
        }

    def table(self, layer=None):
        """One row a token: token, id, text, score at a layer, words, and the reading of its stretch. A dict of columns."""
        column = self.default_layer if layer is None else layer
        trace = self.trace(layer)
        reading = np.full(len(self.tokens), np.nan)
        for start, end, score in zip(trace["from"], trace["after"], trace["score"]):
            reading[start : end + 1] = score
        return {
            "token": np.arange(len(self.tokens)),
            "id": self.ids,
            "text": list(self.tokens),
            "written": np.arange(len(self.tokens)) >= self.given_tokens,
            "score": self.scores[:, column],
            "words": self.words[:, column],
            "reading": reading,
        }

    def figure(self, layer=None):
        """A Plotly figure as a dict: the trace over the tokens, on the grey range of random directions."""
        trace = self.trace(layer)
        x = trace["after"].tolist()
        words = ["".join(self.tokens[start : end + 1]) for start, end in zip(trace["from"], trace["after"])]
        line = lambda values, **more: {"type": "scatter", "x": x, "y": _plain(values), "mode": "lines", **more}
        grey = "rgba(128,128,128,0.25)"
        name = f"{self.axis['negative']} to {self.axis['positive']}"
        return {
            "data": [
                line(trace["low"], line={"width": 0}, hoverinfo="skip", showlegend=False),
                line(trace["high"], line={"width": 0}, fill="tonexty", fillcolor=grey, name="5 to 95 % of random directions"),
                {
                    **line(trace["score"], name=name, text=words),
                    "mode": "lines+markers",
                    "hovertemplate": "%{text}<br>%{y:.2f}<extra></extra>",
                },
            ],
            "layout": {
                "title": {"text": self.title},
                "xaxis": {"title": {"text": "token"}},
                "yaxis": {"title": {"text": f"{name}, standard deviations"}, "zeroline": True},
            },
        }


def _smoothed(after, values):
    out = np.empty_like(values)
    level, centre, tokens, before = 0.0, 0.0, float(ZERO_TOKENS), -1
    for at, place in enumerate(after):
        near = (place - after[: at + 1]) < REACH_TOKENS
        weights = np.exp(-(place - after[: at + 1][near]) / FADE_TOKENS)
        mean = weights @ values[: at + 1][near] / weights.sum()
        stretch = place - before
        before = place
        level += mean[0] * stretch
        centre += (mean[1] + mean[2]) / 2 * stretch
        tokens += stretch
        out[at] = mean - ZERO_SHARE * np.array([level, centre, centre]) / tokens
    return out


def _plain(values):
    return [None if not np.isfinite(value) else float(value) for value in values]
