/** What a trace readout is worth on texts that took no part in the fit that scored them. */
import { clusterAuroc } from '../../stats/effect.ts';
import { BOOTSTRAP_DRAWS } from '../../probe/evidence/evidence.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { smoothed } from '../../reading/trace.ts';
import type { TraceEvidence } from '../../probe/trace-types.ts';
import type { FittedTrace } from './trace-fit.ts';
import type { TraceRow, TraceRows } from './trace-rows.ts';
import { storiesAuroc, type ToldStory } from './told-stories.ts';

/** One place with the score that a fit without it gives. */
interface HeldPlace {
  readonly row: TraceRow;
  readonly score: number;
}

/** Gathers it from the scores of both heads; `scales` are the units of the reading that is shown. */
export function evidenceOf(
  all: TraceRows,
  ends: FittedTrace,
  inside: FittedTrace,
  scales: { readonly ends: number; readonly inside: number },
  { freeOf, sets }: { readonly freeOf: readonly string[]; readonly sets: readonly string[] },
  seed: number,
): TraceEvidence {
  const places = (fitted: FittedTrace, scores: Float64Array, scale: number): HeldPlace[] =>
    fitted.rows.flatMap((index, i) => {
      const row = all.info[index];
      return row === undefined ? [] : [{ row, score: (scores[i] ?? NaN) / scale }];
    });
  const turn = ({ row: { side, story, role } }: HeldPlace): boolean =>
    story < 0 && side !== 0 && (role === 'positive' || role === 'negative');
  const notEnd = ({ row }: HeldPlace): boolean => row.stand !== 'sentence';
  const held = {
    ends: places(ends, ends.unitOut, scales.ends).filter(turn),
    inside: places(inside, inside.unitOut, scales.inside).filter((place) => turn(place) && notEnd(place)),
  };
  const setHeld = {
    ends: places(ends, ends.setOut, scales.ends).filter(turn),
    inside: places(inside, inside.setOut, scales.inside).filter((place) => turn(place) && notEnd(place)),
  };
  const aurocOf = (list: readonly HeldPlace[]): Estimate =>
    clusterAuroc(
      list.map(({ score }) => score),
      list.map(({ row }) => row.side),
      list.map(({ row }) => row.unit),
      BOOTSTRAP_DRAWS,
      seed,
    );
  const told = storiesOf(
    [
      ...places(ends, ends.unitOut, scales.ends),
      ...places(inside, inside.unitOut, scales.inside).filter(notEnd),
    ].filter(({ row }) => row.story >= 0),
  );
  const apart = places(ends, ends.partOut, scales.ends);
  return {
    topics: { ends: aurocOf(held.ends), inside: aurocOf(held.inside) },
    sets:
      sets.length < 2
        ? []
        : sets.map((name) => ({
            name,
            ends: aurocOf(setHeld.ends.filter(({ row }) => row.set === name)),
            inside: aurocOf(setHeld.inside.filter(({ row }) => row.set === name)),
          })),
    stories: storiesAuroc(told, seed),
    apart: freeOf.map((name) => ({
      name,
      auroc: aurocOf(apart.filter(({ row, score }) => row.set === name && row.side !== 0 && Number.isFinite(score))),
    })),
  };
}

/** The places of every story, smoothed as they are shown. */
function storiesOf(places: readonly HeldPlace[]): ToldStory[] {
  const stories = new Map<number, HeldPlace[]>();
  for (const place of places) stories.set(place.row.story, [...(stories.get(place.row.story) ?? []), place]);
  return [...stories.values()].map((own) => {
    const ordered = own.sort((a, b) => a.row.tokensBefore - b.row.tokensBefore);
    const points = smoothed(
      ordered.map(({ row, score }) => ({ afterToken: row.tokensBefore - 1, score, low: NaN, high: NaN })),
    );
    return ordered.map(({ row }, i) => ({
      score: points[i]?.score ?? NaN,
      side: row.side,
      end: row.stand === 'sentence',
    }));
  });
}
