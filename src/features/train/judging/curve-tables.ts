/** Curves over the layers as tables of numbers. */
import type { Cell } from '../../../base/csv.ts';
import type { PairCosine } from './comparison.svelte.ts';
import type { JudgedOffer } from './judged.svelte.ts';
import { offerName } from '../../../state/probes/probe-card.ts';

/** A table with a name that may be a file's; one row a layer. */
export interface CurveTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

type Column = readonly [title: string, values: readonly (number | null)[]];

/** Held-out AUROC of each probe with its 95 % interval, and what shuffled labels reach. */
export function comparedAurocs(probes: readonly JudgedOffer[]): CurveTable {
  return byLayer(
    'compared.auroc-by-layer',
    probes.flatMap(({ offer, card: { evidence } }): Column[] => {
      const name = offerName(offer);
      return [
        [`${name}: auroc`, evidence.auroc],
        [`${name}: low95`, evidence.aurocLow],
        [`${name}: high95`, evidence.aurocHigh],
        [`${name}: shuffled95`, evidence.nullAuroc95ByLayer],
      ];
    }),
  );
}

/** Cosine of each pair of directions; pairs of different models are left out. */
export function comparedCosines(pairs: readonly PairCosine[]): CurveTable {
  return byLayer(
    'compared.cosine-by-layer',
    pairs.flatMap(({ a, b, cosine }): Column[] => (cosine === null ? [] : [[`${a} and ${b}`, cosine]])),
  );
}

/** What stands below the curve of a probe that is saved: of what, with which chance, and what made it. */
export function aurocCaption({ offer, card: { evidence, model } }: JudgedOffer): string {
  return `Held-out AUROC of ${offerName(offer)} by layer; 0.5 is chance, 1 is perfect. ${evidence.topics} topics, ${evidence.rows} rows; intervals: 95 % over topics; chance: 95th percentile of ${evidence.nullShuffles} shuffles of the labels. Model ${model.id}.`;
}

function byLayer(name: string, columns: readonly Column[]): CurveTable {
  const layers = Math.max(0, ...columns.map(([, values]) => values.length));
  return {
    name,
    header: ['layer', ...columns.map(([title]) => title)],
    rows: Array.from({ length: layers }, (_, layer) => [layer, ...columns.map(([, values]) => values[layer] ?? null)]),
  };
}
