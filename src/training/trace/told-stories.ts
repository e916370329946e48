/** How well scores tell the labelled sentences of stories apart: inside each story, and over all of them together. */
import { clusterMean, FEWEST_UNITS, percentileEstimate, TOO_FEW } from '../../stats/effect.ts';
import { BOOTSTRAP_DRAWS } from '../../probe/evidence/evidence.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { createRng } from '../../base/rng.ts';
import { auroc } from '../../stats/stats.ts';
import type { TraceAuroc } from '../../probe/trace-types.ts';

/** One scored place of a story. */
export interface ToldPlace {
  readonly score: number;
  /** 1 and -1 in sentences of the poles, 0 elsewhere. */
  readonly side: number;
  /** Whether a sentence ends here. */
  readonly end: boolean;
}

/** The places of one story, in the order of the text. */
export type ToldStory = readonly ToldPlace[];

/** Both ways to count; `inside` is over all places. */
export interface StoriesAuroc {
  /** Mean over stories with both poles of the AUROC inside one. */
  readonly within: TraceAuroc;
  readonly pooled: TraceAuroc;
}

/** AUROC of places of positive against those of negative sentences, with 95 % intervals over stories; null where no story has both. */
export function storiesAuroc(stories: readonly ToldStory[], seed: number): StoriesAuroc | null {
  if (!stories.some((story) => Number.isFinite(aurocOf(story)))) return null;
  const both = (of: (chosen: readonly ToldStory[], seed: number) => Estimate): TraceAuroc => ({
    ends: of(
      stories.map((story) => story.filter(({ end }) => end)),
      seed,
    ),
    inside: of(stories, seed),
  });
  return { within: both(withinStories), pooled: both(pooledStories) };
}

/** The mean over stories of the AUROC inside one, with its interval over those that have both poles. */
export function withinStories(stories: readonly ToldStory[], seed: number): Estimate {
  const values = stories.map(aurocOf).filter((value) => Number.isFinite(value));
  return clusterMean(values, BOOTSTRAP_DRAWS, seed);
}

/** The AUROC over the places of all stories together, with its interval over stories. */
export function pooledStories(stories: readonly ToldStory[], seed: number): Estimate {
  const of = (chosen: readonly ToldStory[]): number => aurocOf(chosen.flat());
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
}

function aurocOf(places: ToldStory): number {
  const used = places.filter(({ side, score }) => side !== 0 && Number.isFinite(score));
  return auroc(
    used.map(({ score }) => score),
    used.map(({ side }) => side),
  );
}
