/** `figure`: the figure of a saved report, as a picture or for plotly.js and Python's plotly. Reads every version that Flipside reads. */
import { AppError } from '../../base/errors.ts';
import type { Theme } from '../../charts/colour.ts';
import type { ExperimentFigure } from '../../charts/figure.ts';
import { byModelFigure, type NamedReport } from '../../experiments/two-poles/by-model.ts';
import { parseReport } from '../../experiments/report/experiment-report.ts';
import { axesFigureJson, axesPicture } from '../../formats/figures/axes-figure.ts';
import { doseFigure, doseFigureJson } from '../../formats/figures/dose-figure.ts';
import { experimentFigureJson, experimentFigureSvg } from '../../formats/figures/experiment-figure.ts';
import { futuresFigure, futuresFigureJson } from '../../formats/figures/futures-figure.ts';
import { parseAblation } from '../../formats/probe/ablation.ts';
import { parseDose } from '../../formats/probe/dose.ts';
import { parseAxes } from '../../formats/runs/axes-json.ts';
import { parseFutures } from '../../formats/runs/futures-json.ts';
import { ablationFigure } from '../../formats/figures/ablation-figure.ts';
import { type Command, Options } from '../command.ts';
import { readText, writeOutput } from '../files.ts';

/** What a report can be drawn as. */
interface Drawing {
  svg(theme: Theme): string;
  json(theme: Theme): string;
}

/** By the `format` of the file. */
const DRAWINGS: Readonly<Record<string, (source: string) => Drawing>> = {
  'flipside-experiment-report': (source) => ofPanels(parseReport(source).figure),
  'flipside-ablation': (source) => ofPanels(ablationFigure(parseAblation(source))),
  'flipside-futures': (source) => {
    const record = parseFutures(source);
    return {
      svg: (theme) => futuresFigure(record, theme),
      json: (theme) => futuresFigureJson(record, theme),
    };
  },
  'flipside-axes': (source) => {
    const record = parseAxes(source);
    return {
      svg: (theme) => axesPicture(record, theme),
      json: (theme) => axesFigureJson(record, theme),
    };
  },
  'flipside-dose': (source) => {
    const report = parseDose(source);
    return {
      svg: (theme) => doseFigure(report, theme),
      json: (theme) => doseFigureJson(report, theme),
    };
  },
};

/** Writes the figure of a report; the ending of `--out` says which kind. */
export const figure: Command = {
  name: 'figure',
  usage: 'figure REPORT.json [REPORT.json …] --out FILE.json|FILE.svg [--dark]',
  summary:
    "Draws the figure of an experiment's report.json, of a dose.json or ablation.json, or of what futures and read with several probes print. FILE.json is Plotly's own description, which plotly.js and Python's plotly.io.read_json open; FILE.svg is a picture. Several reports of experiment D, each on another model, are drawn as one figure, by model.",
  async run(args) {
    const known = { out: { type: 'string' }, dark: { type: 'boolean' } } as const;
    const options = new Options('figure', args, known, { takesWords: true });
    const out = options.needed('out');
    const [path, ...more] = options.words;
    if (path === undefined) return options.refuse('name one report, or several of one experiment');
    const kind = (['json', 'svg'] as const).find((ending) => out.endsWith(`.${ending}`));
    if (kind === undefined) return options.refuse(`--out must end in .json or .svg, got ${out}`);
    const drawing = more.length > 0 ? await byModel([path, ...more]) : await drawingOf(path);
    await writeOutput(out, drawing[kind](options.flag('dark') ? 'dark' : 'light'));
    return { result: { figure: out }, ok: true };
  },
};

async function drawingOf(path: string): Promise<Drawing> {
  const source = await readText(path);
  const make = DRAWINGS[formatOf(source)];
  if (make === undefined)
    throw new AppError(
      'usage',
      `${path} is no report with a figure. Give the report.json of an experiment, the dose.json of a dose–response, the ablation.json of a probe, or what futures or read with several probes printed.`,
    );
  return make(source);
}

/** Several reports of one experiment, each on another model. Throws `usage` by path for those that are not. */
async function byModel(paths: readonly string[]): Promise<Drawing> {
  const reports: NamedReport[] = [];
  for (const path of paths) {
    const source = await readText(path);
    if (formatOf(source) !== 'flipside-experiment-report')
      throw new AppError('usage', `${path} is no report of an experiment, and only those are drawn together.`, {
        path,
      });
    reports.push({ path, report: parseReport(source) });
  }
  return ofPanels(byModelFigure(reports));
}

/** A figure of panels. */
function ofPanels(figure: ExperimentFigure): Drawing {
  return {
    svg: (theme) => experimentFigureSvg(figure, theme),
    json: (theme) => experimentFigureJson(figure, theme),
  };
}

function formatOf(source: string): string {
  try {
    const root: unknown = JSON.parse(source);
    return typeof root === 'object' && root !== null && 'format' in root ? String(root.format) : '';
  } catch {
    return '';
  }
}
