/** Reads control sets with a finished probe: no row of them ever enters a fit. */
import { project } from '../probe/fit/calibrate.ts';
import { clusterAuroc, clusterMean, shareAbove } from '../stats/effect.ts';
import { BOOTSTRAP_DRAWS } from '../probe/evidence/evidence.ts';
import type { ControlResult, Effect } from '../probe/report-types.ts';
import { meanReading } from '../reading/score.ts';
import { mean } from '../stats/stats.ts';
import type { Contrast, ControlRow, ControlSet } from '../formats/sets/control-set.ts';
import { readAll } from './read-all.ts';
import type { Passage, SegmentReader, PassageReading } from './reader.ts';

/** One layer of a probe, enough to score a reading there. */
export interface ProbeLayer {
  readonly layer: number;
  /** `[hidden]` */
  readonly direction: Float32Array;
  readonly readoutMean: number;
  readonly scale: number;
  readonly readoutTexts: readonly string[];
}

/** Scores by item and cell; a cell that occurs several times in an item holds all of them. */
export type CellScores = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/** The score of a mean residual `[layers, hidden]`. */
export function scoreAt(probe: ProbeLayer, residual: Float32Array): number {
  const hidden = probe.direction.length;
  const [along = NaN] = project(residual.subarray(probe.layer * hidden, (probe.layer + 1) * hidden), probe.direction);
  return (along - probe.readoutMean) / probe.scale;
}

/**
 * Reads a control set. `onRows` is awaited after some rows, with how many they were. Throws `usage` for chat rows on a
 * model without a chat form, and `cancelled`.
 */
export async function readControls(
  reader: SegmentReader,
  probe: ProbeLayer,
  set: ControlSet,
  onRows: (count: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<CellScores> {
  const scores = new Map<string, Map<string, number[]>>();
  const passages = set.rows.map((row) => ({ row, ...controlPassage(row, probe.readoutTexts) }));
  for await (const [{ row }, reading] of readAll(reader, passages, onRows, signal)) {
    const cells = scores.get(row.item) ?? new Map<string, number[]>();
    scores.set(row.item, cells);
    for (const { cell, score } of cellsOf(row, reading, probe)) cells.set(cell, [...(cells.get(cell) ?? []), score]);
  }
  return scores;
}

/** A row of a control set as it is read. */
export function controlPassage(row: ControlRow, readoutTexts: readonly string[]): Passage {
  switch (row.kind) {
    case 'chat':
      return {
        text: { system: row.system, user: row.user, assistant: row.assistant },
        readoutTexts: [],
        readoutAfter: [1],
      };
    case 'text':
      return { text: [row.context, row.text], readoutTexts, readoutAfter: [1] };
    case 'story':
      return { text: row.beats.map(({ text }) => text), readoutTexts, readoutAfter: row.beats.map((_, beat) => beat) };
  }
}

/** The scores of a row by cell: of the answer itself, or at the control texts after what was told. */
function cellsOf(
  row: ControlRow,
  { readouts }: PassageReading,
  probe: ProbeLayer,
): { readonly cell: string; readonly score: number }[] {
  return readouts.map(({ means, own }, place) => ({
    cell: row.kind === 'story' ? (row.beats[place]?.cell ?? '') : row.cell,
    score: scoreAt(probe, row.kind === 'chat' ? own : meanReading(means)),
  }));
}

/** The effects of a set's contrasts, each over items with its interval. */
export function controlEffects(set: ControlSet, scores: CellScores, seed: number): ControlResult {
  return {
    name: set.name,
    about: set.about,
    trained: false,
    effects: set.contrasts.map((contrast) => effectOf(contrast, scores, seed)),
  };
}

function effectOf({ label, plus, minus, wanted, measure }: Contrast, scores: CellScores, seed: number): Effect {
  const items = [...scores.values()].map((cells) => ({
    plus: plus.flatMap((cell) => cells.get(cell) ?? []),
    minus: minus.flatMap((cell) => cells.get(cell) ?? []),
  }));
  if (measure === 'auroc') {
    const rows = items.flatMap((item, cluster) => [
      ...item.plus.map((score) => ({ score, label: 1, cluster })),
      ...item.minus.map((score) => ({ score, label: -1, cluster })),
    ]);
    return {
      label,
      wanted,
      unit: 'AUROC',
      estimate: clusterAuroc(
        rows.map((row) => row.score),
        rows.map((row) => row.label),
        rows.map((row) => row.cluster),
        BOOTSTRAP_DRAWS,
        seed,
      ),
    };
  }
  const gaps = items.map((item) => mean(item.plus) - mean(item.minus));
  if (measure === 'share') return { label, wanted, unit: 'share', estimate: shareAbove(gaps, 0) };
  return { label, wanted, unit: 'score', estimate: clusterMean(gaps, BOOTSTRAP_DRAWS, seed) };
}
