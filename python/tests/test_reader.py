"""The reader on files that ship and on files that are wrong. Run by `python -m unittest discover -s python/tests -t python`."""

import copy
import hashlib
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
        # The list of them, and a grid of the lens, are no runs.
        others = {"index.json", "lens.json"}
        paths = [path for path in sorted((ROOT / "public/recordings").glob("*.json")) if path.name not in others]
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
        self.assertEqual(len(paths), 6 + len(list(EXPERIMENTS.glob("D/results/*-quick"))))
        for path in paths:
            experiment = flipside.open(path)
            raw = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(experiment.verdict, raw["verdict"])
            self.assertEqual(experiment.table()["id"], [contrast["id"] for contrast in raw["contrasts"]])
            json.dumps(experiment.figure())

    def test_probes(self):
        paths = sorted((ROOT / "probes").glob("*/probe.json"))
        self.assertGreater(len(paths), 3)
        for path in paths:
            probe = flipside.open_probe(path.parent)
            layers, hidden = probe.model["layerCount"] + 1, probe.model["hidden"]
            for key in ("directions", "steering"):
                self.assertEqual(probe.tensors[key].shape, (layers, hidden))
                self.assertEqual(probe.tensors[key].dtype, np.float32)
            lengths = np.linalg.norm(probe.tensors["directions"][1:], axis=1)
            np.testing.assert_allclose(lengths, 1, atol=1e-5)
            self.assertLess(probe.default_layer, layers)


class WrongProbe(unittest.TestCase):
    """What is wrong with a probe's files is told."""

    def setUp(self):
        source = ROOT / "probes/kind-cruel"
        self.data = json.loads((source / "probe.json").read_text(encoding="utf-8"))
        self.tensors = (source / "directions.safetensors").read_bytes()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def refused(self, tensors=None, **change):
        folder = pathlib.Path(self.folder.name)
        data = {**self.data, **change}
        if tensors is not None:
            data["tensorsSha256"] = hashlib.sha256(tensors).hexdigest()
        (folder / "probe.json").write_text(json.dumps(data), encoding="utf-8")
        (folder / "directions.safetensors").write_bytes(self.tensors if tensors is None else tensors)
        with self.assertRaises(flipside.FlipsideError) as raised:
            flipside.open_probe(folder)
        return str(raised.exception)

    def headed(self, change):
        length = int.from_bytes(self.tensors[:8], "little")
        header = json.loads(self.tensors[8 : 8 + length])
        change(header)
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + self.tensors[8 + length :]

    def test_the_probe(self):
        self.assertIn("is no probe", self.refused(format="other"))
        self.assertIn("has version 99", self.refused(version=99))
        self.assertIn("its SHA-256 is", self.refused(tensorsSha256="0" * 64))
        self.assertIn("defaultLayer must be from 0 to 512, got -1", self.refused(defaultLayer=-1))

    def test_the_tensors(self):
        self.assertIn("does not fit into its 4 bytes", self.refused(b"abcd"))
        self.assertIn("does not fit", self.refused((2**40).to_bytes(8, "little") + b"{}"))
        self.assertIn("is no JSON", self.refused((2).to_bytes(8, "little") + b"{]"))
        self.assertIn("is no object", self.refused((2).to_bytes(8, "little") + b"[]"))
        self.assertIn("must have", self.refused(self.tensors[:-4]))
        kind = lambda header: header["directions"].update(dtype="I64")
        self.assertIn("directions must be of F32 or F16, got 'I64'", self.refused(self.headed(kind)))
        shape = lambda header: header["directions"].update(shape=[-1, 2])
        self.assertIn("directions has a shape that is no list of whole numbers", self.refused(self.headed(shape)))
        longer = lambda header: header["directions"]["shape"].append(2)
        self.assertIn("directions must have", self.refused(self.headed(longer)))


if __name__ == "__main__":
    unittest.main()
