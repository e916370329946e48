/** The evidence of a readout as rows of one table, the same for card, CSV and page. */
import type { Estimate } from '../../stats/estimate.ts';
import { DEFAULT_WINDOW } from '../../stats/smoothing.ts';
import type { RawView, ReadoutEvidence, TraceAuroc } from '../trace-types.ts';

/** One AUROC with what it is over. */
export interface ReadoutRow {
  /** The texts and what was held out of the fit, e.g. `inside a story, each left out`. */
  readonly texts: string;
  readonly places: 'sentence ends' | 'places inside' | 'all words' | 'all tokens';
  readonly auroc: Estimate;
  /** What is right: 1 where the poles differ, 0.5 where nothing should be read. */
  readonly wanted: 1 | 0.5;
}

/** What a raw view is called. */
const RAW_NAMES: Readonly<Record<RawView, string>> = {
  mean: `raw: running mean of ${DEFAULT_WINDOW} tokens`,
  token: 'raw: single tokens',
  word: 'raw: words',
  sentence: 'raw: sentences',
};

/** All rows: turns, sets, stories, what must not move it, and the raw views of the same stories. */
export function readoutRows({ topics, sets, stories, apart, raw }: ReadoutEvidence): ReadoutRow[] {
  const both = (texts: string, { ends, inside }: TraceAuroc, within: 'places inside' | 'all words'): ReadoutRow[] => [
    { texts, places: 'sentence ends', auroc: ends, wanted: 1 },
    { texts, places: within, auroc: inside, wanted: 1 },
  ];
  return [
    ...both('turns, every topic left out', topics, 'places inside'),
    ...sets.flatMap((set) => both(`set ${set.name} left out`, set, 'places inside')),
    ...(stories === null
      ? []
      : [
          ...both('inside a story, each left out', stories.within, 'all words'),
          ...both('stories together, each left out', stories.pooled, 'all words'),
        ]),
    ...apart.map(({ name, auroc }): ReadoutRow => ({
      texts: `${name}, by parts left out`,
      places: 'sentence ends',
      auroc,
      wanted: 0.5,
    })),
    ...raw.flatMap(({ grain, within, pooled }): ReadoutRow[] => [
      { texts: `${RAW_NAMES[grain]}, inside a story`, places: 'all tokens', auroc: within, wanted: 1 },
      { texts: `${RAW_NAMES[grain]}, stories together`, places: 'all tokens', auroc: pooled, wanted: 1 },
    ]),
  ];
}
