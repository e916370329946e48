/** "Does what a text says gather at its punctuation?": a direction is taken out at chosen tokens, and the model is asked about the text. */
import { NOTHING_PREPARED, prepareSize } from '../context-odds.ts';
import type { Design } from '../design.ts';
import { analysePunctuation } from './analyse.ts';
import { parsePunctuation } from './parse.ts';
import { reachOf, runGroup, unitsOf } from './run.ts';
import type { PunctuationSpec } from './spec.ts';

/** The design; see docs/experiments/punctuation.md. */
export const punctuation: Design<PunctuationSpec> = {
  name: 'punctuation',
  parse: parsePunctuation,
  units: unitsOf,
  preparation: () => NOTHING_PREPARED,
  reach: reachOf,
  prepare: prepareSize,
  run: runGroup,
  analyse: analysePunctuation,
};
