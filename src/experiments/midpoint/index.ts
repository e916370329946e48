/** "Can it flip back? The midpoint test in behaviour": where as many kind as cruel acts were read, how does the model go on? */
import { NOTHING_PREPARED, prepareSize } from '../context-odds.ts';
import type { Design } from '../design.ts';
import { analyseMidpoint } from './analyse.ts';
import { parseMidpoint } from './parse.ts';
import { reachOf, runStory, unitsOf } from './run.ts';
import type { MidpointSpec } from './spec.ts';

/** The design; see docs/experiments/midpoint.md. */
export const midpoint: Design<MidpointSpec> = {
  name: 'midpoint',
  parse: parseMidpoint,
  units: unitsOf,
  preparation: () => NOTHING_PREPARED,
  reach: reachOf,
  prepare: prepareSize,
  run: runStory,
  analyse: analyseMidpoint,
};
