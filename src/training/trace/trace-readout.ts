/** Makes the trace readout of a probe: reads its texts, fits both heads, and gathers what they are worth. */
import { clusterAuroc, clusterMean, percentileEstimate, FEWEST_UNITS, TOO_FEW } from '../../stats/effect.ts';
import { BOOTSTRAP_DRAWS } from '../../probe/evidence/evidence.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { createRng } from '../../base/rng.ts';
import { significant, significantAll } from '../../base/round.ts';
import { auroc, standardDeviation } from '../../stats/stats.ts';
import { smoothed } from '../../reading/trace.ts';
import type { TraceAuroc, TraceEvidence, TraceHead, TraceReadout } from '../../probe/trace-types.ts';
import type { LongCall } from '../collect.ts';
import type { SegmentReader } from '../reader.ts';
import { type FittedTrace, fitTrace } from './trace-fit.ts';
import { traceNull } from './trace-null.ts';
import { tracePassages, type TraceTexts } from './trace-passages.ts';
import { collectTrace, type TraceRow, type TraceRows } from './trace-rows.ts';

/** What a readout is made of besides its texts. */
export interface TraceOptions extends LongCall {
  readonly texts: readonly string[];
  /** Layers to average; by default those of {@link traceLayers}. */
  readonly layers?: readonly number[];
  readonly seed: number;
}

/** The layers that are averaged on a model of so many: 14, 16, 18, 20 and 22 of 30, in proportion. */
export function traceLayers(layerCount: number): number[] {
  return [...new Set([14, 16, 18, 20, 22].map((layer) => Math.round((layer * layerCount) / 30)))];
}

/** Makes a readout. Throws `numbers-not-finite`, `cancelled` and `RangeError` where a pole or every neutral text is missing. */
export async function trainTrace(
  reader: SegmentReader,
  from: TraceTexts,
  options: TraceOptions,
): Promise<TraceReadout> {
  const { texts, seed } = options;
  const layers = options.layers ?? traceLayers(reader.model.layerCount);
  const passages = tracePassages(from, texts);
  const layerSteps = 2 * (reader.model.layerCount + 1);
  const total = passages.length + layerSteps;
  const step =
    (before: number) =>
    ({ done }: { readonly done: number }): void =>
      options.onProgress?.({ stage: 'readout', done: before + done, total });
  const all = await collectTrace(reader, passages, { ...options, onProgress: step(0) });
  const plan = { layers, freeOf: from.freeOf.map(({ name }) => name), sets: from.sets.map(({ name }) => name) };
  const ends = await fitTrace(all, { ...plan, head: 'ends' }, { ...options, onProgress: step(passages.length) });
  const inside = await fitTrace(
    all,
    { ...plan, head: 'inside' },
    { ...options, onProgress: step(passages.length + layerSteps / 2) },
  );
  const everyLayer = all.halves.map((_, layer) => layer);
  const scales = {
    ends: scaleOf(all, ends, () => true),
    inside: scaleOf(all, inside, ({ stand }) => stand !== 'sentence'),
  };
  const head = (fitted: FittedTrace, scale: number, covered: readonly number[]): TraceHead => ({
    directions: fitted.directions,
    zero: fitted.zero,
    poles: fitted.poles,
    scale,
    nullModel: traceNull(all, fitted.rows, covered, seed),
  });
  return {
    texts,
    layers,
    ends: head(ends, scales.ends, everyLayer),
    inside: head(inside, scales.inside, layers),
    freeOf: plan.freeOf,
    evidence: significantAll(evidenceOf(all, ends, inside, scales, plan, seed)),
  };
}

/** Standard deviation of the mean over layers, over the training turns of both poles. */
function scaleOf(all: TraceRows, { rows, whole }: FittedTrace, own: (row: TraceRow) => boolean): number {
  const poles = rows.flatMap((row, i) => {
    const info = all.info[row];
    return info !== undefined && info.fitted && (info.role === 'positive' || info.role === 'negative') && own(info)
      ? [whole[i] ?? NaN]
      : [];
  });
  const scale = significant(standardDeviation(poles, 'population'), 9);
  return scale > 0 ? scale : 1;
}

/** One place with the score that a fit without it gives. */
interface HeldPlace {
  readonly row: TraceRow;
  readonly score: number;
}

function evidenceOf(
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
  const apart = places(ends, ends.halfOut, scales.ends);
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
    stories:
      told.length === 0
        ? null
        : {
            within: { ends: withinStories(told, true, seed), inside: withinStories(told, false, seed) },
            pooled: pooledStories(told, seed),
          },
    apart: freeOf.map((name) => ({
      name,
      auroc: aurocOf(apart.filter(({ row, score }) => row.set === name && row.side !== 0 && Number.isFinite(score))),
    })),
  };
}

/** One labelled story, smoothed as it is shown: score, label and whether a sentence ends, place by place. */
type ToldStory = readonly { readonly score: number; readonly side: number; readonly end: boolean }[];

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

function withinStories(stories: readonly ToldStory[], endsOnly: boolean, seed: number): Estimate {
  const values = stories
    .map((story) => {
      const used = story.filter(({ side, end }) => side !== 0 && (end || !endsOnly));
      return auroc(
        used.map(({ score }) => score),
        used.map(({ side }) => side),
      );
    })
    .filter((value) => Number.isFinite(value));
  return clusterMean(values, BOOTSTRAP_DRAWS, seed);
}

function pooledStories(stories: readonly ToldStory[], seed: number): TraceAuroc {
  const estimate = (endsOnly: boolean): Estimate => {
    const of = (chosen: readonly ToldStory[]): number => {
      const used = chosen.flat().filter(({ side, end }) => side !== 0 && (end || !endsOnly));
      return auroc(
        used.map(({ score }) => score),
        used.map(({ side }) => side),
      );
    };
    if (stories.length < FEWEST_UNITS)
      return { value: of(stories), low: null, high: null, n: stories.length, note: TOO_FEW.items };
    const rng = createRng(seed);
    const draws = Array.from({ length: BOOTSTRAP_DRAWS / 4 }, () =>
      of(stories.map(() => stories[rng.below(stories.length)] ?? [])),
    );
    return percentileEstimate(
      of(stories),
      draws.filter((value) => Number.isFinite(value)),
      stories.length,
    );
  };
  return { ends: estimate(true), inside: estimate(false) };
}
