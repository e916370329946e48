"""The reader and the widget in real Jupyter: `npm run -s check:notebook`. Needs ipykernel, nbclient and anywidget."""

import json
import pathlib

import nbclient
import nbformat

ROOT = pathlib.Path(__file__).resolve().parents[2]
CELLS = [
    "import flipside\nrun = flipside.open('public/recordings/bakery.json')\nlen(run.tokens), run.scores.shape",
    "flipside.open('probes/kind-cruel/report.json').table()['auroc'].max().round(2)",
    "flipside.open_probe('probes/kind-cruel').tensors['directions'].shape",
    "from flipside.widget import show\nshow('public/recordings/bakery.json')",
]
VIEW = "application/vnd.jupyter.widget-view+json"

notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
outputs = [cell.outputs[-1].data for cell in notebook.cells]
for output in outputs[:-1]:
    print(output["text/plain"])
state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
shown = state[outputs[-1][VIEW]["model_id"]]["state"]
text = (ROOT / "public/recordings/bakery.json").read_text(encoding="utf-8")
tokens = len(json.loads(text)["tokens"])
assert shown["run"] == text and shown["layer"] is None and "render" in shown["_esm"], "the widget has another run"
assert outputs[0]["text/plain"] == f"({tokens}, ({tokens}, 31))", outputs[0]
print(f"the widget holds the run and {len(shown['_esm']):,} characters of the page's code")
