/** What a probe reads on another set as tables, the same by the page and by the command. */
import type { Cell } from '../../base/csv.ts';
import type { Judgement } from './judgement-types.ts';
import type { Axis } from '../probe-types.ts';
import type { Estimate } from '../../stats/estimate.ts';

/** A table with a name that may be a file's. */
export interface JudgementTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** One row a layer: AUROC with its interval, what shuffled labels reach, pairs, and mean scores by pole. `axis` is the set's own. */
export function judgedLayers(
  { auroc, aurocLow, aurocHigh, pairs, means, null: shuffled }: Judgement,
  axis: Axis,
): JudgementTable {
  const columns: (readonly [string, readonly (number | null)[]])[] = [
    ['auroc', auroc],
    ['low95', aurocLow],
    ['high95', aurocHigh],
    ['shuffled95', shuffled?.auroc95ByLayer ?? []],
    ['p', shuffled?.pByLayer ?? []],
    ['pairs', pairs],
    [`mean score: ${axis.positive}`, means.positive],
    [`mean score: ${axis.negative}`, means.negative],
    ...(means.neutral === null ? [] : [[`mean score: ${axis.neutral}`, means.neutral] as const]),
  ];
  return {
    name: 'judged-by-layer',
    header: ['layer', ...columns.map(([title]) => title)],
    rows: auroc.map((_, layer) => [layer, ...columns.map(([, values]) => values[layer] ?? null)]),
  };
}

/** What is not by layer, a field a row. `probe` names what was judged. */
export function judgedAbout(
  { set, sha256, topics, readings, null: shuffled, readout, caveats }: Judgement,
  probe: string,
): JudgementTable {
  const ofShuffles: [string, Cell][] =
    shuffled === null
      ? []
      : [
          ['shuffles', shuffled.shuffles],
          ['shuffle_seed', shuffled.seed],
          ['ways_to_deal', shuffled.ways],
          ['shuffled95_best_layer', shuffled.auroc95],
          ['p_best_layer', shuffled.p],
        ];
  return {
    name: 'judged',
    header: ['field', 'value'],
    rows: [
      ['probe', probe],
      ['set', set],
      ['set_sha256', sha256],
      ['topics', topics],
      ['readings', readings],
      ...ofShuffles,
      ...(readout === null
        ? []
        : [...estimateRows('readout_ends', readout.ends), ...estimateRows('readout_inside', readout.inside)]),
      ...caveats.map((caveat): [string, Cell] => ['caveat', caveat]),
    ],
  };
}

/** AUROC, interval and n of one estimate, a field a row. */
function estimateRows(name: string, { value, low, high, n }: Estimate): [string, Cell][] {
  return [
    [`${name}_auroc`, value],
    [`${name}_low95`, low],
    [`${name}_high95`, high],
    [`${name}_n`, n],
  ];
}
