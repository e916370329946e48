/** What single tokens of neutral text read: their zero and spread, how much of it the words alone explain, and the 1 % lines. */
import { type TokenLines, tokenLines } from '../reading/alarm.ts';
import { project } from '../probe/fit/calibrate.ts';
import { AppError } from '../base/errors.ts';
import { fitLexical, lexicalSteps } from '../probe/fit/lexical-fit.ts';
import type { LexicalModel } from '../probe/probe-types.ts';
import { significant } from '../base/round.ts';
import type { StorySet } from '../formats/sets/story-set.ts';
import type { LongCall } from './collect.ts';
import { giveWay } from './give-way.ts';
import { readAll } from './read-all.ts';
import type { SegmentReader } from './reader.ts';
import { layerUnits, type TokenUnits } from './token-units.ts';

/** Everything about tokens that a probe carries. */
export interface TokenFacts {
  /** By direction. */
  readonly units: readonly TokenUnits[];
  readonly lexical: LexicalModel;
  readonly lines: TokenLines;
  /** The ridge penalty of the lexical model. */
  readonly lexicalPenalty: number;
}

/**
 * Reads all stories once more, word by word. `directions` is `[n, hidden]`, `scales` the unit of each: one direction for
 * every layer, or several lots of them, each from layer 0 upwards; one penalty of the lexical model serves all. Of a
 * story's residuals only the embeddings and one projection a direction are kept: all would take hundreds of megabytes.
 * Throws `numbers-not-finite` and `cancelled`.
 */
export async function tokenFacts(
  reader: SegmentReader,
  stories: StorySet,
  directions: Float32Array,
  scales: readonly number[],
  call: LongCall,
): Promise<TokenFacts> {
  const { hidden, layerCount } = reader.model;
  const { length } = stories.stories;
  const total = length + lexicalSteps(length);
  let done = 0;
  const step = async (steps = 1): Promise<void> => {
    done += steps;
    call.onProgress?.({ stage: 'tokens', done, total });
    await giveWay(call);
  };

  const embeddings: Float32Array[] = [];
  const projected: Float64Array[][] = scales.map(() => []);
  const passages = stories.stories.map(({ id, beats }) => ({
    story: id,
    text: beats,
    readoutTexts: [],
    readoutAfter: [],
    keepTokens: true,
  }));
  for await (const [{ story }, { tokens }] of readAll(reader, passages, step, call.signal)) {
    if (tokens === undefined) throw new RangeError('the reader was asked for tokens and gave none');
    const { count, residuals } = tokens;
    embeddings.push(residuals.slice(0, count * hidden));
    scales.forEach((_, which) => {
      const layer = which % (layerCount + 1);
      const block = residuals.subarray(layer * count * hidden, (layer + 1) * count * hidden);
      const along = project(block, directions.subarray(which * hidden, (which + 1) * hidden));
      const bad = along.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw new AppError(
          'numbers-not-finite',
          `The model gave a number that is not finite at layer ${layer}, token ${bad} of the neutral story "${story}". Run the numbers check; on a graphics processor, try the CPU instead.`,
          { layer, token: bad, story },
        );
      projected[which]?.push(along);
    });
  }

  const units = scales.map((scale, which) => layerUnits(projected[which] ?? [], scale));
  const texts = embeddings.map((values, story) => ({
    embeddings: values,
    scores: units.map((layer) => layer.scores[story] ?? []),
  }));
  const { weights, offset, explained, penalty } = await fitLexical(texts, hidden, scales.length, step);
  const lines = tokenLines(units.map(({ scores }) => scores));
  const tidy = (values: readonly number[]): number[] => values.map((value) => significant(value));
  return {
    units: units.map((layer) => ({ units: layer.units, early: layer.early })),
    // Rounded here, not when written, so that a probe in memory and the same probe from its file give equal numbers.
    lexical: { weights, offset: tidy(offset), explained: tidy(explained) },
    lines: {
      tokens: lines.tokens,
      tokenLow: tidy(lines.tokenLow),
      tokenHigh: tidy(lines.tokenHigh),
      smoothLow: tidy(lines.smoothLow),
      smoothHigh: tidy(lines.smoothHigh),
    },
    lexicalPenalty: penalty,
  };
}
