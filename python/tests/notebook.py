"""The reader and the widget in real Jupyter: `npm run -s check:notebook`. Needs ipykernel, nbclient, anywidget, plotly and pandas."""

import json
import pathlib

import nbclient
import nbformat

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN, REPORT = "public/recordings/bakery.json", "probes/kind-cruel/report.json"
EXPERIMENT = "experiments/D/results/smollm2-135m-instruct-q4/report.json"
VIEW = "application/vnd.jupyter.widget-view+json"
FIGURE = "application/vnd.plotly.v1+json"


def figure_of(name):
    """A cell that shows a figure by Plotly, which refuses an attribute that it does not know."""
    return f"plotly.graph_objects.Figure({name}.figure())"


# What each cell shows is looked at below, by its name.
CELLS = {
    "start": "import flipside, pandas, plotly.graph_objects, plotly.io\nplotly.io.renderers.default = 'plotly_mimetype'\npandas.options.display.show_dimensions = True\n0",
    "run": f"run = flipside.open('{RUN}')\nlen(run.tokens), run.scores.shape",
    "run table": "pandas.DataFrame(run.table())",
    "run figure": figure_of("run"),
    "report": f"report = flipside.open('{REPORT}')\nreport.table()['auroc'].max().round(2)",
    "report table": "pandas.DataFrame(report.table())",
    "report figure": figure_of("report"),
    "experiment": f"experiment = flipside.open('{EXPERIMENT}')\nexperiment.verdict",
    "experiment table": "pandas.DataFrame(experiment.table())",
    "experiment figure": figure_of("experiment"),
    "probe": "flipside.open_probe('probes/kind-cruel').tensors['directions'].shape",
    "widget": f"from flipside.widget import show\nshow('{RUN}')",
}


def read(path):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS.values()])
nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
outputs = {name: cell.outputs[-1].data for name, cell in zip(CELLS, notebook.cells)}
said = {name: output.get("text/plain", "") for name, output in outputs.items()}

run, report, experiment = read(RUN), read(REPORT), read(EXPERIMENT)
tokens, layers, contrasts = len(run["tokens"]), len(report["curves"][0]["auroc"]), len(experiment["contrasts"])
assert said["run"] == f"({tokens}, ({tokens}, {run['layers']}))", said["run"]
assert said["experiment"] == repr(experiment["verdict"]), said["experiment"]
for name, rows in (("run table", tokens), ("report table", layers), ("experiment table", contrasts)):
    assert f"{rows} rows" in outputs[name]["text/html"], name
figures = {name: outputs[f"{name} figure"][FIGURE]["data"] for name in ("run", "report", "experiment")}
assert len(figures["run"][-1]["y"]) == len({reading["afterToken"] for reading in run["taps"]})
assert len(figures["report"][0]["y"]) == layers
assert figures["experiment"][0]["x"] == [contrast["estimate"]["value"] for contrast in experiment["contrasts"]]

state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
shown = state[outputs["widget"][VIEW]["model_id"]]["state"]
text = (ROOT / RUN).read_text(encoding="utf-8")
assert shown["run"] == text and shown["layer"] is None and "render" in shown["_esm"], "the widget has another run"

print(f"run: {said['run']}, a table of {tokens} rows, a figure of {len(figures['run'])} traces")
print(f"report: {said['report']}, a table of {layers} rows, a figure of {len(figures['report'])} traces")
print(f"experiment: {said['experiment']}, a table of {contrasts} rows, a figure of {len(figures['experiment'])} trace")
print(f"probe: {said['probe']}")
print(f"the widget holds the run and {len(shown['_esm']):,} characters of the page's code")
