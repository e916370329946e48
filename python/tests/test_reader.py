"""The reader on files that ship and on files that are wrong. Run by `python -m unittest discover -s python/tests -t python`."""

import copy
import json
import pathlib
import tempfile
import unittest

import numpy as np

import flipside

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = ROOT / "public/recordings/bakery.json"
EXPERIMENTS = ROOT / "experiments"


class Wrong(unittest.TestCase):
    """What is wrong is told with its place."""

    def setUp(self):
        self.data = json.loads(RUN.read_text(encoding="utf-8"))
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def refused(self, change):
        data = copy.deepcopy(self.data)
        change(data)
        path = pathlib.Path(self.folder.name, "run.json")
        path.write_text(json.dumps(data), encoding="utf-8")
        with self.assertRaises(flipside.FlipsideError) as raised:
            flipside.open(path)
        return str(raised.exception)

    def test_a_newer_version(self):
        self.assertIn("has version 99", self.refused(lambda data: data.update(version=99)))

    def test_another_kind(self):
        self.assertIn("'other'", self.refused(lambda data: data.update(format="other")))

    def test_rows(self):
        def shorter(data):
            data["scores"][3] = "AAAA"

        def fewer(data):
            data["words"].pop()

        def letters(data):
            data["taps"][2]["score"] = ["a"] * 31

        self.assertIn("scores[3] must hold 31 numbers of 16 bits in base64, got 3 bytes", self.refused(shorter))
        self.assertIn("words must have a row for each of 198 tokens, got 197", self.refused(fewer))
        self.assertIn("taps.score[2] holds something that is no number", self.refused(letters))

    def test_members(self):
        self.assertIn("text is missing", self.refused(lambda data: data.pop("text")))
        self.assertIn("layers must be from 1 to 512, got 0", self.refused(lambda data: data.update(layers=0)))
        self.assertIn("tokens[0] must be", self.refused(lambda data: data["tokens"].__setitem__(0, [1.5, "x"])))
        self.assertIn("afterToken must be from 0 to 197, got 198", self.refused(lambda data: data["taps"][0].update(afterToken=198)))
        self.assertIn("stand must be one of", self.refused(lambda data: data["taps"][0].update(stand="line")))
        self.assertIn("taps[0].afterToken is missing", self.refused(lambda data: data["taps"].__setitem__(0, 7)))

    def test_no_json(self):
        path = pathlib.Path(self.folder.name, "x.json")
        for text in ("", "{", "[1]", "[" * 100_000, '{"format": NaN}'):
            path.write_text(text, encoding="utf-8")
            with self.assertRaises(flipside.FlipsideError):
                flipside.open(path)


class Shipped(unittest.TestCase):
    """Every file that ships opens."""

    def test_runs(self):
        paths = [path for path in sorted((ROOT / "public/recordings").glob("*.json")) if path.name != "index.json"]
        self.assertGreater(len(paths), 5)
        for path in paths:
            run = flipside.open(path)
            self.assertEqual(run.scores.shape, (len(run.tokens), 31))
            self.assertTrue(np.isnan(run.scores[0]).all())
            self.assertTrue(np.isfinite(run.scores[1:]).all())
            self.assertEqual("".join(run.tokens), run.text)
            table = run.table()
            self.assertEqual({len(column) for column in table.values()}, {len(run.tokens)})
            json.dumps(run.figure())
            json.dumps(run.figure(layer=5))

    def test_reports(self):
        paths = sorted((ROOT / "probes").glob("*/report.json"))
        self.assertGreater(len(paths), 3)
        for path in paths:
            report = flipside.open(path)
            raw = json.loads(path.read_text(encoding="utf-8"))
            table = report.table()
            self.assertEqual(table["auroc"].tolist(), raw["curves"][0]["auroc"])
            self.assertEqual({len(column) for column in table.values()}, {31})
            json.dumps(report.figure())

    def test_experiments(self):
        paths = sorted(EXPERIMENTS.glob("*/results/*/report.json"))
        self.assertEqual(len(paths), 5)
        for path in paths:
            experiment = flipside.open(path)
            raw = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(experiment.verdict, raw["verdict"])
            self.assertEqual(experiment.table()["id"], [contrast["id"] for contrast in raw["contrasts"]])
            json.dumps(experiment.figure())


if __name__ == "__main__":
    unittest.main()
