/** What the raw views are worth: the tokens' own scores of labelled stories, drawn as the page draws them. */
import { project } from '../../probe/fit/calibrate.ts';
import { tokenZero } from '../../reading/early-tokens.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { DEFAULT_WINDOW, runningMean } from '../../stats/smoothing.ts';
import { RAW_VIEWS, type RawView, type RawWorth } from '../../probe/trace-types.ts';
import type { LongCall } from '../collect.ts';
import { giveWay } from '../give-way.ts';
import { readAll } from '../read-all.ts';
import type { SegmentReader } from '../reader.ts';
import type { ToldText } from './trace-passages.ts';
import { pooledStories, type ToldStory, withinStories } from './told-stories.ts';

/** The scores of one story's tokens with what each belongs to. */
interface ScoredStory {
  /** `[tokens]`; NaN at position 0. */
  readonly scores: Float64Array;
  /** The label of each token's sentence `[tokens]`. */
  readonly sides: readonly number[];
  /** Tokens before the end of every word, and of every sentence, ascending. */
  readonly words: readonly number[];
  readonly sentences: readonly number[];
}

/**
 * AUROC of every raw view at the probe's default layer over the tokens of labelled sentences. Throws `cancelled` and what
 * the reader throws. None where no story has both poles.
 */
export async function rawWorth(
  reader: SegmentReader,
  probe: Pick<Probe, 'directions' | 'calibration' | 'earlyTokens' | 'defaultLayer'>,
  told: readonly ToldText[],
  call: LongCall & { readonly seed: number },
): Promise<RawWorth[]> {
  const stories: ScoredStory[] = [];
  const passages = told.map((story) => ({
    story,
    text: story.text.flatMap((part) => part.split(' ')),
    readoutTexts: [],
    keepTokens: true,
  }));
  for await (const [{ story }, { readouts, tokens }] of readAll(
    reader,
    passages.map((passage) => ({ ...passage, readoutAfter: passage.text.map((_, word) => word) })),
    () => giveWay(call),
    call.signal,
  )) {
    if (tokens === undefined) throw new RangeError('the reader was asked for tokens and gave none');
    stories.push(
      scoredStory(
        probe,
        reader.model.hidden,
        story,
        readouts.map(({ tokensBefore }) => tokensBefore),
        tokens,
      ),
    );
  }
  return RAW_VIEWS.flatMap((grain): RawWorth[] => {
    const views = stories.map((story): ToldStory => {
      const values = drawn(grain, story);
      return story.sides.map((side, token) => ({ score: values[token] ?? NaN, side, end: false }));
    });
    const within = withinStories(views, call.seed);
    return Number.isFinite(within.value) ? [{ grain, within, pooled: pooledStories(views, call.seed) }] : [];
  });
}

function scoredStory(
  { directions, calibration, earlyTokens, defaultLayer: layer }: Parameters<typeof rawWorth>[1],
  hidden: number,
  { text, places }: ToldText,
  words: readonly number[],
  { count, residuals }: { readonly count: number; readonly residuals: Float32Array },
): ScoredStory {
  const unit = calibration[layer];
  if (unit === undefined) throw new RangeError(`the probe has no layer ${layer}`);
  const along = project(
    residuals.subarray(layer * count * hidden, (layer + 1) * count * hidden),
    directions.subarray(layer * hidden, (layer + 1) * hidden),
  );
  const sentences: number[] = [];
  const sides = new Array<number>(count).fill(0);
  let word = 0;
  let from = 0;
  for (const [part, { side, stand }] of places.entries()) {
    word += (text[part] ?? '').split(' ').length;
    const to = words[word - 1] ?? count;
    sides.fill(side, from, to);
    from = to;
    if (stand === 'sentence') sentences.push(to);
  }
  return {
    scores: along.map((value, token) =>
      token === 0 ? NaN : (value - tokenZero(unit, earlyTokens, layer, token)) / unit.scale,
    ),
    sides,
    words,
    sentences,
  };
}

/** The values of one view `[tokens]`. */
function drawn(grain: RawView, { scores, words, sentences }: ScoredStory): ArrayLike<number> {
  if (grain === 'token') return scores;
  if (grain === 'mean') return runningMean(scores, DEFAULT_WINDOW);
  const out = new Float64Array(scores.length);
  let from = 0;
  for (const to of grain === 'word' ? words : sentences) {
    const own = scores.subarray(from, to).filter((value) => Number.isFinite(value));
    out.fill(own.reduce((sum, value) => sum + value, 0) / own.length, from, to);
    from = to;
  }
  return out;
}
