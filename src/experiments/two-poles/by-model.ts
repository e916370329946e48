/** The Waluigi gain by model: what several reports of one `two-poles` spec found, side by side. Pure. */
import { AppError } from '../../base/errors.ts';
import type { ExperimentFigure, FigurePanel, FigureSeries } from '../../charts/figure.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { ExperimentReport } from '../experiment-types.ts';
import { pointOf } from '../figure-point.ts';
import { type AxisClass, CLASSES } from './spec.ts';

/** A report and what it is called where it is refused: the path of its file. */
export interface NamedReport {
  readonly path: string;
  readonly report: ExperimentReport;
}

const TONES: Readonly<Record<AxisClass, readonly [opposite: FigureSeries['tone'], shown: FigureSeries['tone']]>> = {
  conduct: ['fifth', 'second'],
  style: ['first', 'fourth'],
};
const LONG: Readonly<Record<AxisClass, string>> = { conduct: 'conduct and feeling', style: 'style' };

/**
 * Share and bits of every model, in the order given. A share is left out where showing a pole gains nothing beyond a marked turn: there
 * is nothing to take a share of. Throws `usage`, by path: a report of another design, or of another spec than the first, two of one model
 * and size, and one that lacks a number.
 */
export function byModelFigure(reports: readonly NamedReport[]): ExperimentFigure {
  checkTogether(reports);
  const models = reports.map(({ report }) => modelName(report));
  const without = reports.filter(({ report }) => CLASSES.some((kind) => !shows(report, kind)));
  return {
    caption: `Waluigi gain by model, ${reports.length} models on the same axes. Share: what the opposite gains as a share of what the shown pole gains. Bits: what a turn of each gains over its neutral turn. Each with its 95 % interval over axes.${without.length === 0 ? '' : ` No share is drawn where showing a pole gains nothing beyond a marked turn of another axis: ${without.map(({ report }) => modelName(report)).join(', ')}.`} Runs named quick asked fewer topics.`,
    panels: [sharePanel(reports, models), bitsPanel(reports, models)],
  };
}

/** What a model is called in the figure. */
function modelName({ model, experiment }: ExperimentReport): string {
  return `${model.id}${experiment.size === 'quick' ? ' (quick)' : ''}`;
}

function sharePanel(reports: readonly NamedReport[], categories: readonly string[]): FigurePanel {
  return {
    title: 'Waluigi gain by model',
    x: { label: 'model', categories },
    y: { label: 'opposite’s gain / shown pole’s gain' },
    series: CLASSES.map((kind): FigureSeries => ({
      name: LONG[kind],
      as: 'intervals',
      tone: TONES[kind][0],
      points: reports
        .filter(({ report }) => shows(report, kind))
        .map((named) => point(named, numberOf(named, 'contrasts', `share-${kind}`), LONG[kind])),
    })),
    lines: [
      { at: 0, across: 'x', says: 'the opposite gains nothing' },
      { at: 1, across: 'x', says: 'it gains as much as the shown pole' },
    ],
  };
}

function bitsPanel(reports: readonly NamedReport[], categories: readonly string[]): FigurePanel {
  return {
    title: 'In bits, by model',
    x: { label: 'model', categories },
    y: { label: 'gain over the neutral turn (bits a turn)' },
    series: CLASSES.flatMap((kind) =>
      (['opposite', 'own'] as const).map((which, at): FigureSeries => {
        const name = `${which === 'own' ? 'the shown pole' : 'the opposite'}, ${LONG[kind]}`;
        return {
          name,
          as: 'intervals',
          tone: TONES[kind][at] ?? 'null',
          points: reports.map((named) => point(named, numberOf(named, 'measures', `${which}-${kind}`), name)),
        };
      }),
    ),
    lines: [{ at: 0, across: 'x', says: 'no gain' }],
  };
}

function point({ report }: NamedReport, estimate: Estimate, what: string): FigureSeries['points'][number] {
  return pointOf(modelName(report), estimate, `${modelName(report)}, ${what}: ${estimate.value.toFixed(2)}`);
}

/** Whether showing a pole makes it cheaper than a marked turn, by the gate of the report. */
function shows({ gates }: ExperimentReport, kind: AxisClass): boolean {
  return gates.some(({ id, passed }) => id === `shown-${kind}` && passed);
}

function numberOf({ path, report }: NamedReport, list: 'contrasts' | 'measures', id: string): Estimate {
  const found = report[list].find((one) => one.id === id);
  if (found === undefined)
    throw new AppError('usage', `${path}: report.${list} has no "${id}". Analyse its units again with this version.`, {
      path,
    });
  return found.estimate;
}

function checkTogether(reports: readonly NamedReport[]): void {
  const [first] = reports;
  if (first === undefined) throw new AppError('usage', 'No report was named, so there is no model to draw.');
  const seen = new Map<string, string>();
  for (const { path, report } of reports) {
    const { design, specSha256, size } = report.experiment;
    const refuse = (says: string): never => {
      throw new AppError('usage', `${path}: ${says}`, { path });
    };
    if (design !== 'two-poles')
      refuse(`report.experiment.design is "${design}", and only reports of "two-poles" are drawn by model.`);
    if (specSha256 !== first.report.experiment.specSha256)
      refuse(
        `report.experiment.specSha256 is ${specSha256.slice(0, 12)}…, and that of ${first.path} is ${first.report.experiment.specSha256.slice(0, 12)}…. Take reports of one spec.`,
      );
    const key = `${report.model.id} ${size}`;
    const before = seen.get(key);
    if (before !== undefined)
      refuse(`report.model.id is "${report.model.id}" at size "${size}", as in ${before}. Leave one of them out.`);
    seen.set(key, path);
  }
}
