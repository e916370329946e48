/** What a report found, in the order of the page: what it means, how sure that is, and the one figure drawn for it. Pure. */
import type { FigurePanel, FigureSeries } from '../../charts/figure.ts';
import { figureNumber } from '../../charts/figure-scale.ts';
import type { Contrast, ExperimentReport, Gate, Measure } from '../experiment-types.ts';
import { briefly, gateAsks, gateFound, pWords, trueMinus } from '../verdict-words.ts';
import { leadOf } from '../../text/lead.ts';
import { fitWords } from '../../text/wrap-words.ts';
import { BOTH, CHECKS, MEANS, SURE, type SureWords } from './found-words.ts';
import { pointOf } from '../figure-point.ts';

/** What was found. */
export interface Found {
  /** What the verdict means, in a plain sentence. */
  readonly means: string;
  /** The numbers that it rests on, with interval and n. */
  readonly sure: string;
  /** Drawn for that sentence; every other figure stands behind a press. */
  readonly figure: FigurePanel;
}

/** Characters of a check's name below its mark, where a design has no short one. */
const NAME = 28;

/** What a report found. */
export function foundOf(report: ExperimentReport): Found {
  const { verdict, experiment, figure } = report;
  if (verdict !== 'INCONCLUSIVE')
    return {
      means: MEANS[experiment.design][verdict],
      sure: sureWords(report),
      figure: (FIGURES[experiment.design] ?? wholePanel)(report),
    };
  const failed = failedGate(report);
  if (failed === null) return { means: BOTH, sure: sureWords(report), figure: figure.panels[0] ?? NOTHING };
  return {
    means: checkOf(failed)?.failed ?? `A check fails: ${failed.says}`,
    sure: `${gateFound(failed)} found, ${gateAsks(failed)} needed (${failed.unit}, n = ${failed.measured.n}).`,
    figure: checksPanel(report, failed),
  };
}

/** The gate that a verdict failed at: the first one that `because` may rest on. */
function failedGate({ gates }: ExperimentReport): Gate | null {
  return gates.find(({ passed }) => !passed) ?? null;
}

function checkOf({ id }: Gate): (typeof CHECKS)[string] | undefined {
  return CHECKS[id] ?? CHECKS[id.slice(id.indexOf('.') + 1)];
}

/** The numbers behind a verdict; the beginning of its reasons where a design has none of them. */
function sureWords({ experiment, contrasts, measures, because }: ExperimentReport): string {
  const all: readonly (Contrast | Measure)[] = [...contrasts, ...measures];
  const found = SURE[experiment.design].flatMap(({ id, says, p: wanted, unit }: SureWords) => {
    const one = all.find((other) => other.id === id);
    if (one === undefined) return [];
    const pHolm = wanted === true && 'pHolm' in one ? one.pHolm : null;
    const p = pHolm === null ? '' : ` (p = ${pWords(pHolm)})`;
    const per = unit === true ? ` ${one.unit}` : '';
    return [{ words: `${says} ${briefly(one.estimate)}${per}${p}`, n: one.estimate.n }];
  });
  if (found.length === 0) return leadOf(because, 160).lead;
  const counts = found.map(({ n }) => n);
  const words = found.map((one) => one.words).join(', ');
  return trueMinus(
    `${words.charAt(0).toUpperCase()}${words.slice(1)}; n = ${new Set(counts).size === 1 ? counts[0] : counts.join(', ')}. In brackets: 95 % intervals.`,
  );
}

/** Checks that ask for the same as the one that failed, each with its interval over the line that it had to reach. */
function checksPanel({ gates }: ExperimentReport, failed: Gate): FigurePanel {
  const part = partOf(failed);
  const alike = gates.filter(
    (gate) => gate.unit === failed.unit && gate.at === failed.at && gate.side === failed.side && partOf(gate) === part,
  );
  const names = alike.map((gate) => checkOf(gate)?.name ?? fitWords(gate.says, NAME));
  return {
    title: `What had to work first${part === null ? '' : `: ${part}`}`,
    x: { label: '', categories: names },
    y: { label: failed.unit, ...(failed.unit === 'AUROC' ? { range: [0.4, 1] } : {}) },
    series: [
      {
        name: 'found',
        as: 'intervals',
        tone: 'first',
        points: alike.map(({ measured, passed }, index) =>
          pointOf(names[index] ?? '', measured, passed ? 'passed' : 'failed'),
        ),
      },
    ],
    lines: [
      { at: failed.at, across: 'x', says: `needed: ${figureNumber(failed.at)}` },
      ...(failed.unit === 'AUROC' ? [{ at: 0.5, across: 'x', says: 'chance' } as const] : []),
    ],
  };
}

/** The part of the experiment that a check belongs to; null where it has one part. */
function partOf({ id, says }: Gate): string | null {
  return id.includes('.') && says.includes(':') ? says.slice(0, says.indexOf(':')) : null;
}

const NOTHING: FigurePanel = { title: '', x: { label: '' }, y: { label: '' }, series: [] };

const wholePanel = ({ figure }: ExperimentReport): FigurePanel => figure.panels[0] ?? NOTHING;

/** How a figure for one sentence is made of a report, by design; the first panel of the report where none is named. */
const FIGURES: Partial<Record<ExperimentReport['experiment']['design'], (report: ExperimentReport) => FigurePanel>> = {
  midpoint: (report) => {
    const panel = wholePanel(report);
    const [first] = panel.series;
    if (first === undefined) return panel;
    const name = (x: number | string): string => `${x} acts`;
    return {
      title: 'Where the model ends up after equally many acts of each side',
      x: { label: '', categories: first.points.map(({ x }) => name(x)) },
      y: { label: '', range: [0, 1] },
      series: [
        {
          ...first,
          as: 'intervals',
          tone: 'first',
          points: first.points.map((point) => ({ ...point, x: name(point.x) })),
        },
      ],
      lines: [
        { at: 1, across: 'x', says: 'as after light acts alone' },
        { at: 0.5, across: 'x', says: 'halfway' },
        { at: 0, across: 'x', says: 'as after dark acts alone' },
      ],
    };
  },
  mixture: byNumber,
  evidence: byNumber,
  'two-poles': ({ figure }) => {
    const panel = figure.panels.find(({ lines = [] }) => lines.some(({ at }) => at === 1)) ?? figure.panels[0];
    if (panel === undefined) return NOTHING;
    const means = panel.series.filter(({ as }) => as === 'intervals');
    const single = panel.series.filter(({ as }) => as === 'dots');
    return {
      ...panel,
      title: 'What the opposite gains, as a share of what was shown',
      x: { ...panel.x, label: '' },
      y: { ...panel.y, label: '' },
      series: [
        ...means.map((series) => ({ ...series, name: 'mean, with its interval', tone: 'first' as const })),
        { name: 'one pair of opposites', as: 'dots', tone: 'null', points: single.flatMap(({ points }) => points) },
      ],
      lines: [
        { at: 1, across: 'x', says: 'as much as what was shown' },
        { at: 0, across: 'x', says: 'nothing' },
      ],
    };
  },
};

/** How far sentences move the model, by their number. */
function byNumber(report: ExperimentReport): FigurePanel {
  const panel = wholePanel(report);
  const ends = panel.series.flatMap(({ as, points }) => {
    const sorted = points.toSorted((a, b) => Number(a.x) - Number(b.x));
    const [against, of] = [sorted[0], sorted.at(-1)];
    return as !== 'intervals' || against === undefined || of === undefined ? [] : [{ against, of }];
  });
  const category = ({ of }: (typeof ends)[number]): string => `${Number(of.x)} sentences`;
  const series = (which: 'of' | 'against', say: string, tone: FigureSeries['tone']): FigureSeries => ({
    name: say,
    as: 'intervals',
    tone,
    points: ends.map((end) => ({ ...end[which], x: category(end) })),
  });
  return {
    title: 'How far sentences move the model, by their number',
    x: { label: '', categories: ends.map(category) },
    y: panel.y,
    series: [series('of', 'all of them for it', 'first'), series('against', 'all of them against it', 'second')],
  };
}
